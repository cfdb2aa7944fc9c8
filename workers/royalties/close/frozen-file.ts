/** Owns the file of a frozen month: its rows, and the hash that is the hash of the input. */

import { createHash, type Hash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { canonicalJson } from '../../../infra/postgres/ledger/canonical-json.ts'
import { byBytes } from '../reckoning/byte-order.ts'
import { type FrozenMonth, PARTS, type Part } from './frozen-month.ts'
import { FrozenRow } from './frozen-row.ts'

export interface FrozenFile {
  readonly path: string
  readonly inputHash: string
  /** The hash of the rows of each kind. */
  readonly partHashes: Readonly<Record<string, string>>
  readonly bytes: number
  readonly streams: number
}

const FORMAT = 1
/** What is read at once. */
const CHUNK = 1 << 20

/** @param streams are whole rows, by id; what is given is not kept. */
export async function writeFrozen(
  path: string,
  header: FrozenMonth,
  streams: AsyncIterable<{ readonly bytes: Uint8Array; readonly count: number }>,
): Promise<FrozenFile> {
  const file = await open(path, 'w')
  try {
    const whole = createHash('sha256')
    const partHashes: Record<string, string> = {}
    let bytes = 0
    const write = async (part: Hash, rows: Uint8Array) => {
      whole.update(rows)
      part.update(rows)
      bytes += rows.length
      await file.writeFile(rows)
    }
    await write(createHash('sha256'), Buffer.from(`${JSON.stringify(['month', FORMAT, header.month])}\n`))
    for (const part of PARTS) {
      const hash = createHash('sha256')
      const lines = header[part].map((row) => `${canonicalJson([part, row])}\n`)
      await write(hash, Buffer.from(lines.sort(byBytes).join('')))
      partHashes[part] = hash.digest('hex')
    }
    const hash = createHash('sha256')
    let count = 0
    for await (const rows of streams) {
      await write(hash, rows.bytes)
      count += rows.count
    }
    partHashes.stream = hash.digest('hex')
    return { path, inputHash: whole.digest('hex'), partHashes, bytes, streams: count }
  } finally {
    await file.close()
  }
}

/** Each stream is told by one row that moves, after everything else was read. @returns what else there is. */
export async function readFrozen(
  path: string,
  onStream?: (row: FrozenRow, header: FrozenMonth) => void,
): Promise<FrozenMonth> {
  const parts = Object.fromEntries(PARTS.map((part) => [part, [] as unknown[]])) as Record<Part, unknown[]>
  let month = ''
  let header: FrozenMonth | undefined
  await readRows(path, (row) => {
    if (row.isStream()) {
      header ??= { month, ...parts } as unknown as FrozenMonth
      onStream?.(row, header)
      return onStream !== undefined
    }
    const [part, value, third] = JSON.parse(row.json()) as unknown[]
    if (part === 'month') month = String(third)
    else parts[part as Part].push(value)
    return true
  })
  return header ?? ({ month, ...parts } as unknown as FrozenMonth)
}

/** @param take tells whether it wants more. */
async function readRows(path: string, take: (row: FrozenRow) => boolean): Promise<void> {
  const file = await open(path)
  try {
    let row = new FrozenRow(Buffer.allocUnsafe(2 * CHUNK))
    for (let left = 0; ; ) {
      // A row that is longer than all that fits: a contract of many parties, say.
      if (left + CHUNK > row.bytes.length) row = new FrozenRow(wider(row.bytes))
      const { bytesRead } = await file.read(row.bytes, left, CHUNK)
      if (bytesRead === 0 && left > 0) throw new Error(`${path} ends in the middle of a row`)
      if (bytesRead === 0) return
      row.use(left + bytesRead)
      while (row.next()) if (!take(row)) return
      row.bytes.copyWithin(0, row.taken, left + bytesRead)
      left += bytesRead - row.taken
    }
  } finally {
    await file.close()
  }
}

const wider = (bytes: Buffer): Buffer => Buffer.concat([bytes], bytes.length * 2)
