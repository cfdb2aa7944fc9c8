/** Owns the file of a frozen month: its rows, and the hash that is the hash of the input. */

import { createHash, type Hash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import { canonicalJson } from '../../../infra/postgres/ledger/canonical-json.ts'
import { byBytes } from '../reckoning/byte-order.ts'
import { type FrozenMonth, type FrozenStream, PARTS, type Part, streamLine, streamOf } from './frozen-month.ts'

export interface FrozenFile {
  readonly path: string
  readonly inputHash: string
  /** The hash of the rows of each kind. */
  readonly partHashes: Readonly<Record<string, string>>
  readonly bytes: number
  readonly streams: number
}

const FORMAT = 1

/** Streams are given by their ids. */
export async function writeFrozen(
  path: string,
  header: FrozenMonth,
  streams: AsyncIterable<FrozenStream>,
): Promise<FrozenFile> {
  const file = createWriteStream(path)
  const whole = createHash('sha256')
  const partHashes: Record<string, string> = {}
  let bytes = 0
  const write = async (part: Hash, text: string) => {
    whole.update(text)
    part.update(text)
    bytes += Buffer.byteLength(text)
    if (!file.write(text)) await once(file, 'drain')
  }
  await write(createHash('sha256'), `${JSON.stringify(['month', FORMAT, header.month])}\n`)
  for (const part of PARTS) {
    const hash = createHash('sha256')
    const lines = header[part].map((row) => `${canonicalJson([part, row])}\n`)
    await write(hash, lines.sort(byBytes).join(''))
    partHashes[part] = hash.digest('hex')
  }
  const hash = createHash('sha256')
  let count = 0
  for await (const stream of streams) {
    await write(hash, `${streamLine(stream)}\n`)
    count += 1
  }
  partHashes.stream = hash.digest('hex')
  file.end()
  await finished(file)
  return { path, inputHash: whole.digest('hex'), partHashes, bytes, streams: count }
}

/** The streams are given one by one, after `onHeader` had everything else. @returns the header of a file without streams too. */
export async function readFrozen(
  path: string,
  onStream?: (stream: FrozenStream, header: FrozenMonth) => void,
): Promise<FrozenMonth> {
  const parts = Object.fromEntries(PARTS.map((part) => [part, [] as unknown[]])) as Record<Part, unknown[]>
  const input = createReadStream(path)
  let month = ''
  let header: FrozenMonth | undefined
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const row = JSON.parse(line) as unknown[]
    if (row[0] === 'month') month = String(row[2])
    else if (row[0] !== 'stream') parts[row[0] as Part].push(row[1])
    else {
      header ??= { month, ...parts } as unknown as FrozenMonth
      if (onStream === undefined) break
      onStream(streamOf(row), header)
    }
  }
  input.destroy()
  return header ?? ({ month, ...parts } as unknown as FrozenMonth)
}
