/** Owns `segue royalties compute`: the amounts of a month from plain files, without a server. */

import { realpath } from 'node:fs/promises'
import { FileProblem, FileProblems } from '../../plain-files/file-problem.ts'
import { writeWhole } from '../../plain-files/write-whole.ts'
import { MonthBook, UNALLOCATED } from '../reckoning/month-book.ts'
import { type PoolAmounts, reckon } from '../reckoning/reckon.ts'
import type { Rules } from '../reckoning/rules.ts'
import { readListeners } from './listeners-file.ts'
import { readSplits } from './splits-file.ts'
import { readStreams, type StreamsRead } from './streams-file.ts'

export interface ComputeFiles {
  readonly streams: string
  readonly listeners: string
  readonly splits: string
  readonly out: string
}

export interface ComputeOptions {
  readonly files: ComputeFiles
  /** `YYYY-MM` */
  readonly month: string
  readonly rules: Rules
  readonly onProgress?: ((step: string, done: number, all: number) => void) | undefined
}

export interface Computed extends StreamsRead {
  readonly pools: number
  /** Lines of `out`. */
  readonly amounts: number
}

const OUT_COLUMNS = ['territory', 'tier', 'currency', 'isrc', 'holder_id', 'amount_micros'] as const

/** @throws {FileProblem} before anything is written, with what is wrong in the files. */
export async function compute({ files, month, rules, onProgress }: ComputeOptions): Promise<Computed> {
  await refuseToOverwrite(files)
  const problems = new FileProblems()
  const given = (path: string, step: string) => ({
    path,
    problems,
    onProgress: (done: number, all: number) => onProgress?.(step, done, all),
  })
  const book = new MonthBook()
  await readListeners(given(files.listeners, 'listeners'), book)
  await readSplits(given(files.splits, 'splits'), book)
  // A listener or a split that is amiss would be so again in every stream of his.
  problems.throwAny()
  const read = await readStreams(given(files.streams, 'streams'), book, month, rules)
  problems.throwAny()

  const entered = book.month()
  const count = { pools: 0, amounts: 0 }
  const { pools } = reckon(entered, rules)
  await writeWhole(
    files.out,
    OUT_COLUMNS,
    rowsOf(pools, (amounts) => {
      count.pools += 1
      count.amounts += amounts
      onProgress?.('pools', count.pools, entered.pools.length)
    }),
  )
  return { ...read, ...count }
}

/** In the order that the reckoning has them: by all columns as bytes. */
function* rowsOf(pools: Iterable<PoolAmounts>, onPool: (amounts: number) => void): Generator<string[]> {
  for (const { pool, recordings, unallocated } of pools) {
    let amounts = 0
    const row = (isrc: string, holder: string, micros: bigint) => {
      amounts += 1
      return [pool.territory, pool.tier, pool.currency, isrc, holder, String(micros)]
    }
    for (const { isrc, holders } of recordings)
      for (const { holder, micros } of holders) yield row(isrc, holder, micros)
    if (unallocated !== undefined) yield row(UNALLOCATED, UNALLOCATED, unallocated)
    onPool(amounts)
  }
}

/** @throws {FileProblem} when what is to be written is one of the files that are read. */
async function refuseToOverwrite({ streams, listeners, splits, out }: ComputeFiles): Promise<void> {
  const real = async (path: string) => await realpath(path).catch(() => path)
  const target = await real(out)
  for (const path of [streams, listeners, splits])
    if ((await real(path)) === target) throw new FileProblem(out, undefined, 'is read from, and would be overwritten')
}
