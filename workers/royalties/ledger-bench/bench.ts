/** Owns the measure of what a close asks of the ledger: a run's lines entered, booked, finished and its month closed, in a database of its own. */

import type { Pool } from '../../../infra/postgres/client.ts'
import {
  enterResult,
  type RoyaltyLine,
  type RoyaltyPool,
  type RunResult,
} from '../../../infra/postgres/ledger/enter-result.ts'
import type { LedgerResult } from '../../../infra/postgres/ledger/ledger-problem.ts'
import { postTransfers } from '../../../infra/postgres/ledger/post-transfers.ts'
import { finishRun, type RunInput, runIdOf, startRun } from '../../../infra/postgres/ledger/run.ts'
import { transfersOfRun } from '../../../infra/postgres/ledger/transfers-of-run.ts'
import { derivedId } from '../../../infra/runtime/derived-id.ts'

const MONTH = '2026-10'
const TERRITORIES = ['DE', 'FR', 'GB', 'JP', 'US']
const TIERS = ['family', 'individual']
/** Of a track; each in every pool. */
const HOLDERS_A_TRACK = 2
const LINES_A_HOLDER = 40

export interface Step {
  readonly step: string
  readonly seconds: number
}

export interface LedgerBench {
  readonly lines: number
  readonly transfers: number
  readonly postings: number
  readonly steps: readonly Step[]
}

export async function bench(pool: Pool, lineCount: number): Promise<LedgerBench> {
  const holders = Array.from({ length: Math.ceil(lineCount / LINES_A_HOLDER) }, (_, n) => derivedId('bench', String(n)))
  await pool.query('INSERT INTO rights_holders (holder_id, name) SELECT id, id::text FROM unnest($1::uuid[]) AS id', [
    holders,
  ])
  await pool.query('INSERT INTO accounting_months (month) VALUES ($1)', [`${MONTH}-01`])
  const result = resultOf(lineCount, holders)
  const input: RunInput = {
    month: MONTH,
    model: 'pro-rata',
    rules: {},
    inputHash: '0'.repeat(64),
    streamsUntil: new Date('2026-11-02T00:00:00Z'),
  }
  const runId = runIdOf(input)
  const steps: Step[] = []
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now()
    const value = await work()
    steps.push({ step: name, seconds: (performance.now() - started) / 1000 })
    return value
  }
  await step('start the run', () => entered(startRun(pool, input)))
  await step('enter the lines', () => entered(enterResult(pool, runId, result)))
  const transfers = await step('make the transfers', async () => transfersOfRun(runId, MONTH, result))
  await step('post them', () => entered(postTransfers(pool, transfers)))
  await step('finish the run: lines compared with pools and postings', () =>
    entered(finishRun(pool, runId, '0'.repeat(64))),
  )
  await step('enter and post all of it again', async () => {
    await entered(enterResult(pool, runId, result))
    await entered(postTransfers(pool, transfers))
  })
  const balances = () => pool.query('SELECT count(*) FROM ledger_balances')
  await step('all balances, month open', balances)
  await step('close the month', () =>
    pool.query(`UPDATE accounting_months SET status = 'closed', closed_at = now() WHERE month = $1`, [`${MONTH}-01`]),
  )
  await step('all balances, month closed', balances)
  const postings = transfers.reduce((sum, transfer) => sum + transfer.postings.length, 0)
  return { lines: result.lines.length, transfers: transfers.length, postings, steps }
}

async function entered<T>(result: Promise<LedgerResult<T>>): Promise<T> {
  const settled = await result
  if (!settled.ok) throw new Error(settled.problem.message)
  return settled.value
}

function resultOf(lineCount: number, holders: readonly string[]): RunResult {
  const places = TERRITORIES.flatMap((territory) => TIERS.map((tier) => ({ territory, tier })))
  const tracks = Math.ceil(lineCount / HOLDERS_A_TRACK / places.length)
  const lines: RoyaltyLine[] = []
  const pools: RoyaltyPool[] = []
  for (const place of places) {
    const where = { ...place, rights: 'recording', currency: 'EUR' } as const
    let sum = 0n
    for (let track = 0; track < tracks; track++) {
      for (let part = 0; part < HOLDERS_A_TRACK; part++) {
        const amountMicros = BigInt(1 + ((track * 7919 + part * 104_729) % 5_000_000))
        sum += amountMicros
        const holderId = holders[(track * HOLDERS_A_TRACK + part) % holders.length]
        if (holderId === undefined) throw new Error('no holders')
        const isrc = `ZZBEN26${String(track).padStart(5, '0')}`
        lines.push({ kind: 'share', ...where, isrc, holderId, streams: 1 + (track % 1000), amountMicros })
      }
    }
    pools.push({
      ...where,
      netRevenueMicros: sum,
      shareNum: 1n,
      shareDen: 1n,
      amountMicros: sum,
      listeners: tracks,
      streams: tracks * 500,
    })
  }
  return { pools, lines, adjustments: [] }
}
