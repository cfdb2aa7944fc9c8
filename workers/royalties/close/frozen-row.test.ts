import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DISCOVERIES } from '../reckoning/rules.ts'
import { asRows, streamLine } from '../testing/stream-lines.ts'
import { readFrozen, writeFrozen } from './frozen-file.ts'
import { FrozenLines } from './frozen-lines.ts'
import { type FrozenMonth, type FrozenStream, PARTS } from './frozen-month.ts'

const SPAN = { min: new Date('1999-12-30T00:00:00Z'), max: new Date('2099-12-31T23:59:59.999Z'), noInvalidDate: true }
const streams: fc.Arbitrary<FrozenStream> = fc.record({
  id: fc.uuid(),
  listener: fc.nat(),
  isrc: fc.constantFrom('QMSEG2600001', 'XXSEG2600009'),
  artist: fc.uuid(),
  startedAt: fc.date(SPAN).map((date) => date.toISOString()),
  msPlayed: fc.nat(),
  territory: fc.constantFrom('DE', 'JP'),
  tier: fc.oneof(fc.constant('individual'), fc.string({ unit: 'binary', maxLength: 12 })),
  discovery: fc.constantFrom(...DISCOVERIES),
  late: fc.option(fc.record({ month: fc.constant('2026-09'), reason: fc.constantFrom('late', 'longer') }), {
    nil: undefined,
  }),
})
const header = { month: '2026-10', ...Object.fromEntries(PARTS.map((part) => [part, []])) } as unknown as FrozenMonth
const json = (value: string): Buffer => Buffer.from(JSON.stringify(value))
const hex = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')

function made(lines: FrozenLines, stream: FrozenStream): void {
  const isrc = Buffer.from(`before ${stream.isrc} after`)
  lines.begin()
  lines.uuid(hex(stream.id), 0)
  lines.number(stream.listener)
  lines.plain(isrc, 7, 19)
  lines.uuid(hex(stream.artist), 0)
  lines.time(Date.parse(stream.startedAt))
  lines.number(stream.msPlayed)
  lines.json(json(stream.territory))
  lines.json(json(stream.tier))
  lines.json(json(stream.discovery))
  if (stream.late !== undefined) {
    lines.json(json(stream.late.month))
    lines.json(json(stream.late.reason))
  }
  lines.end()
}

test('rows that are made of bytes are those that are made of objects', () => {
  const lines = new FrozenLines()
  fc.assert(
    fc.property(fc.array(streams, { maxLength: 20 }), (some) => {
      for (const stream of some) made(lines, stream)
      const { bytes, count } = lines.take()
      expect(bytes.toString()).toBe(some.map(streamLine).join(''))
      expect(count).toBe(some.length)
    }),
    { numRuns: 300 },
  )
})

test('a frozen stream is read as it was written, wherever the chunks of the file end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'segue-frozen-test-'))
  try {
    const path = join(folder, 'inputs.jsonl')
    // Some three chunks.
    const many = fc.sample(streams, { numRuns: 16_000, seed: 6 })
    const long = { isrc: 'Q'.repeat(3_000_000), contract: 'c', version: 1 }
    await writeFrozen(path, { ...header, cover: [long] }, asRows(many))
    const read: FrozenStream[] = []
    const days: number[] = []
    const found = await readFrozen(path, (row, { cover }) => {
      if (cover.length !== 1) throw new Error('the header comes before the streams')
      read.push(row.stream())
      days.push(row.day())
    })
    expect(read).toEqual(many)
    expect(days).toEqual(many.map(({ startedAt }) => Number(startedAt.slice(0, 10).replaceAll('-', ''))))
    expect(found).toEqual({ ...header, cover: [long] })
    expect(await readFrozen(path)).toEqual(found)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test.each([
  '["stream","019a","1"',
  '["stream",1,2]',
  '["stream","a",1,"b","c","d",2,"e","f","g"]x',
  '["stream","a",1,"b","c","d",2,"e","f"',
])('a row that is not whole is not taken for one: %s', async (line) => {
  const folder = await mkdtemp(join(tmpdir(), 'segue-frozen-test-'))
  try {
    const path = join(folder, 'inputs.jsonl')
    const rows = async function* () {
      yield { bytes: Buffer.from(`${line}\n`), count: 1 }
    }
    await writeFrozen(path, header, rows())
    await expect(readFrozen(path, () => undefined)).rejects.toThrow('no stream is frozen as')
    const cut = async function* () {
      yield { bytes: Buffer.from(line), count: 1 }
    }
    await writeFrozen(path, header, cut())
    await expect(readFrozen(path, () => undefined)).rejects.toThrow('ends in the middle of a row')
  } finally {
    await rm(folder, { recursive: true })
  }
})
