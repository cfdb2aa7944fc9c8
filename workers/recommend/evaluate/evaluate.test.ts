import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeWhole } from '../../plain-files/write-whole.ts'
import { makeSessions, rowsOf, SMALL } from '../testing/made-sessions.ts'
import { ALGORITHM_NAMES, type AlgorithmName, createAlgorithm } from './algorithms.ts'
import { type Evaluation, evaluate } from './evaluate.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-recommend-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const path = (name: string) => join(folder, name)
const lines = (...rows: string[]) => `${rows.map((row) => row.replaceAll(' ', '\t')).join('\n')}\n`
const HEADER = 'SessionId ItemId Time'
const TRAIN = lines(HEADER, '1 10 100', '1 9 101', '2 10 200', '2 11 201', '3 9 300', '3 10 301')

async function run(train: string, test: string, algo: AlgorithmName = 'sr', k = 20) {
  await writeFile(path('train'), train)
  await writeFile(path('test'), test)
  return await evaluate(createAlgorithm(algo), { train: path('train'), test: path('test'), out: path('out') }, k)
}
const out = async () => await readFile(path('out'), 'utf8')

describe('segue recommend evaluate', () => {
  it('reveals item by item, leaves out what was never learned and sessions of one item, ties by ItemId as numbers', async () => {
    // 12 was never learned: of session 7 there is 10, 11 left; of session 8 one item, and nothing to predict.
    const found = await run(
      TRAIN,
      lines(HEADER, '7 10 2', '7 12 3', '7 11 4', '8 9 1', '8 12 2', '6 9 1', '6 10 5', '6 9 9'),
    )
    expect(await out()).toBe(
      ['SessionId\tPosition\tItems\tScores', '6\t0\t10\t1', '6\t1\t9,11\t1,1', '7\t0\t9,11\t1,1', ''].join('\n'),
    )
    // Ranks 1, 1 and 2 of three; all three items recommended; times 2, 3 and 1 of at most 3.
    expect(found).toMatchObject({ predictions: 3, hitRate: 1, coverage: 1 })
    expect(found.mrr).toBeCloseTo(2.5 / 3, 10)
    expect(found.popularity).toBeCloseTo((1 + 0.5 + 0.5) / 3, 10)
    expect(await readdir(folder)).toEqual(['out', 'test', 'train'])
  })

  it('takes rows in any order, by session and time, of equal times as they stand', async () => {
    await run(TRAIN, lines(HEADER, '6 9 1', '6 10 5', '6 9 9'))
    const first = await out()
    const shuffled = lines(
      'Time ItemId SessionId',
      '301 10 3',
      '101 9 1',
      '200 10 2',
      '100 10 1',
      '300 9 3',
      '201 11 2',
    )
    await run(shuffled, lines(HEADER, '6 10 5', '6 9 9', '6 9 1'))
    expect(await out()).toBe(first)
  })

  it('puts ids that are no numbers in the order of their bytes', async () => {
    await run(lines(HEADER, 's é 1', 's B 2', 't é 3', 't a 4', 'u é 5', 'u 10 6'), lines(HEADER, 'x é 1', 'x a 2'))
    expect(await out()).toContain('x\t0\t10,B,a\t1,1,1\n')
  })

  it('ends with an empty list where nothing is known, and with no more than k', async () => {
    const test = lines(HEADER, '5 11 1', '5 10 2', '5 11 3')
    expect(await run(TRAIN, test, 'sr', 1)).toMatchObject({ predictions: 2, hitRate: 0, coverage: 1 / 3 })
    expect(await out()).toContain('5\t0\t\t\n5\t1\t9\t1\n')
  })

  it.each([
    ['no header', '', 1, 'the header line is missing: SessionId,ItemId,Time'],
    ['an unknown column', lines(`${HEADER} UserId`, '1 2 3 4'), 1, 'unknown column `UserId`'],
    ['commas for tabs', 'SessionId,ItemId,Time\n1,2,3\n', 1, 'unknown column `SessionId,ItemId,Time`'],
    ['a row too short', lines(HEADER, '1 2'), 2, '2 fields, and the header has 3'],
    ['no time', lines(HEADER, '1 2 3', '1 2 noon'), 3, '`Time` is no number of seconds: "noon"'],
    ['no session', lines(HEADER, ' 2 3'), 2, '`SessionId` is empty'],
    ['an item with a comma', lines(HEADER, '1 2,3 3'), 2, '`ItemId` has a comma: "2,3"'],
  ])('refuses %s with file and line, and writes nothing', async (_, train, line, reason) => {
    await expect(run(train, TRAIN)).rejects.toThrow(`${path('train')}:${line}: ${reason}`)
    await expect(run(TRAIN, train)).rejects.toThrow(`${path('test')}:${line}: ${reason}`)
    expect(await readdir(folder)).toEqual(['test', 'train'])
  })

  it.each([
    ['k', 'k: name=value is wanted'],
    ['k=0', 'k=0: a whole number from 1 on is wanted'],
    ['k=', 'k=: a whole number from 1 on is wanted'],
    ['weighting=steep', 'weighting=steep: one of same, div, linear, log, quadratic is wanted'],
    ['steps=3', 'steps: no such parameter; there are k, sample_size, weighting'],
  ])('refuses the parameter %s', (param, reason) => {
    expect(() => createAlgorithm('vs-knn', [param])).toThrow(reason)
  })
})

describe('on sessions with structure', () => {
  const figures = async (seed: number, algo: AlgorithmName): Promise<Evaluation> => {
    const { train, test } = makeSessions(seed, { ...SMALL, sessions: 3_000 })
    await writeWhole(path('train'), ['SessionId', 'ItemId', 'Time'], rowsOf(train), '\t')
    await writeWhole(path('test'), ['SessionId', 'ItemId', 'Time'], rowsOf(test), '\t')
    return await evaluate(createAlgorithm(algo), { train: path('train'), test: path('test'), out: path('out') }, 20)
  }

  it.each([1, 2])(
    'VS-KNN finds more than co-occurrence and popularity, SR puts it first, the blend does both; seed %i',
    async (seed) => {
      const found = {} as Record<AlgorithmName, Evaluation>
      for (const name of ALGORITHM_NAMES) found[name] = await figures(seed, name)
      const plain = Math.max(found['co-occurrence'].hitRate, found.popularity.hitRate)
      const plainMrr = Math.max(found['co-occurrence'].mrr, found.popularity.mrr)
      expect(found['vs-knn'].hitRate).toBeGreaterThan(plain * 1.08)
      expect(found.sr.mrr).toBeGreaterThan(plainMrr * 1.4)
      expect(found.blend.hitRate).toBeGreaterThan(plain * 1.05)
      expect(found.blend.mrr).toBeGreaterThan(plainMrr * 1.4)
      expect(found.popularity.hitRate).toBeLessThan(plain / 2)
    },
  )
})
