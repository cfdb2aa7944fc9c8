/** Owns a run in the ledger: started once for the same month, rules and input, finished or abandoned once. */

import { derivedId } from '../../runtime/derived-id.ts'
import type { Pool } from '../client.ts'
import { canonicalJson } from './canonical-json.ts'
import { firstDay } from './columns.ts'
import { type LedgerResult, refusal } from './ledger-problem.ts'
import { inLedger, Refused, statement } from './statement.ts'

const START = statement('start-run')
const END = statement('end-run')

export type RoyaltyModel = 'pro-rata' | 'user-centric' | 'artist-centric'

export interface RunInput {
  /** As 2026-10. */
  readonly month: string
  readonly model: RoyaltyModel
  /** All that the model was told; keys are sorted, so that their order is irrelevant. */
  readonly rules: Readonly<Record<string, unknown>>
  /** SHA-256, in hex. */
  readonly inputHash: string
  /** Streams of the month that were noted later are adjustments of the next. */
  readonly streamsUntil: Date
}

export interface Run {
  readonly runId: string
  readonly status: 'started' | 'finished' | 'abandoned'
  readonly startedAt: Date
  readonly finishedAt: Date | null
  readonly resultHash: string | null
  /** Of the first start. */
  readonly streamsUntil: Date
}

export function runIdOf({ month, model, rules, inputHash }: RunInput): string {
  return derivedId('royalty-run', [month, model, canonicalJson(rules), inputHash].join('\n'))
}

/** The run of this input: a new one, or the one that was started before and then, perhaps, killed or finished. */
export async function startRun(pool: Pool, input: RunInput): Promise<LedgerResult<Run>> {
  return await inLedger(pool, async (client) => {
    const { month, model, rules, inputHash, streamsUntil } = input
    const runId = runIdOf(input)
    await client.query(START, [runId, firstDay(month), model, canonicalJson(rules), inputHash, streamsUntil])
    const { rows } = await client.query<Run>(statement('run-of'), [runId])
    const [run] = rows
    if (run === undefined) throw new Refused(refusal('run-exists', `${month} has another run of the model ${model}`))
    return run
  })
}

/** @param resultHash SHA-256 of the lines. A run that finished with the same result is finished still. */
export const finishRun = (pool: Pool, runId: string, resultHash: string): Promise<LedgerResult<Run>> =>
  endRun(pool, runId, 'finished', resultHash)

/** A run whose input was refused, or changed before anything was entered. */
export const abandonRun = (pool: Pool, runId: string): Promise<LedgerResult<Run>> =>
  endRun(pool, runId, 'abandoned', null)

async function endRun(pool: Pool, runId: string, status: Run['status'], resultHash: string | null) {
  return await inLedger(pool, async (client) => {
    await client.query(END, [runId, status, resultHash])
    const { rows } = await client.query<Run>(statement('run-of'), [runId])
    const [run] = rows
    if (run === undefined) throw new Refused(refusal('run-unknown', `there is no run ${runId}`))
    if (run.status !== status || run.resultHash !== resultHash) {
      throw new Refused(refusal('run-ended', `the run ${runId} is ${run.status} with the result ${run.resultHash}`))
    }
    return run
  })
}
