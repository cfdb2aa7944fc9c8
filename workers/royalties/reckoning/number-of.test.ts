import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FileProblems } from '../../plain-files/file-problem.ts'
import { readCsv } from '../../plain-files/read-csv.ts'
import { NumberOf } from './number-of.ts'

test('an id is looked up as a string once, one that has no number each time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'segue-number-'))
  try {
    const ids = Array.from({ length: 5_000 }, (_, n) => `${'é'.repeat(n % 7)}${n}`)
    const path = join(folder, 'file')
    await writeFile(path, ['id', ...ids, ...ids.toReversed(), 'none', 'none', ''].join('\n'))
    const asked: string[] = []
    const numbers = new NumberOf(0, (id) => {
      asked.push(id)
      return ids.indexOf(id)
    })
    const found: number[] = []
    await readCsv({ path, columns: ['id'], problems: new FileProblems() }, (row) => found.push(numbers.in(row)))
    const each = ids.map((_, n) => n)
    expect(found).toEqual([...each, ...each.toReversed(), -1, -1])
    expect(asked).toEqual([...ids, 'none', 'none'])
  } finally {
    await rm(folder, { recursive: true })
  }
})
