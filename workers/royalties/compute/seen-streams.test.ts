import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileProblems } from '../../plain-files/file-problem.ts'
import { readCsv } from '../../plain-files/read-csv.ts'
import { hashBytes } from '../reckoning/hash-bytes.ts'
import { type Seen, SeenStreams } from './seen-streams.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-seen-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function noted(text: string, hash?: typeof hashBytes): Promise<Seen[]> {
  const path = join(folder, 'file')
  await writeFile(path, text)
  const seen = new SeenStreams(path, 2, hash)
  const all: Seen[] = []
  try {
    await readCsv({ path, columns: ['id', 'text'], problems: new FileProblems() }, (row) => all.push(seen.note(row)))
  } finally {
    seen.close()
  }
  return all
}

const ROWS = ['id,text', 'a,1', 'b,2', '"a",1', 'c,"x\ny"', 'b,3', 'c,"x\ny"', 'a,1', 'd,4', '']
const WANTED = ['new', 'new', 'same', 'new', { line: 3, column: 1, text: '2' }, 'same', 'same', 'new']

test('a row is new, the same, or different from an earlier one', async () => {
  expect(await noted(ROWS.join('\n'))).toEqual(WANTED)
})

test('so it is when all ids have one hash', async () => {
  expect(await noted(ROWS.join('\n'), () => 7)).toEqual(WANTED)
})

test('among many, with hashes that collide in half of their bits', async () => {
  const ids = Array.from({ length: 20_000 }, (_, n) => `stream-${n}`)
  const text = [
    'text,id',
    ...ids.map((id) => `x,${id}`),
    ...ids.map((id, n) => `${n % 100 === 0 ? 'y' : 'x'},${id}`),
    '',
  ]
  const seen = await noted(text.join('\n'), (view, start, end, seed) => hashBytes(view, start, end, seed) & 0xffff)
  expect(seen.slice(0, 20_000).every((one) => one === 'new')).toBe(true)
  expect(seen.slice(20_000)).toEqual(
    ids.map((_, n) => (n % 100 === 0 ? { line: n + 2, column: 1, text: 'x' } : 'same')),
  )
})

test('a row of many kilobytes is compared to its end', async () => {
  const long = 'z'.repeat(100_000)
  expect(await noted(`id,text\na,${long}1\na,${long}1\na,${long}2`)).toEqual([
    'new',
    'same',
    { line: 2, column: 1, text: `${long}1` },
  ])
})
