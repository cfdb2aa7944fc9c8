/** Owns the storm of bad networks: every client dropped again and again, each at a phase of its own, offline for a while. */

import type { Contender } from './contender.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { startMeter } from './process-meter.ts'
import { type Raised, raise, settle, withNote } from './steps.ts'
import type { Yard } from './yard.ts'

export interface JitterOptions {
  readonly clients: number
  readonly runs: number
  /** Whether the bare server is measured too. */
  readonly floor: boolean
  readonly seconds: number
  readonly onlineMs: number
  readonly awayMs: number
}

const BACK_WITHIN_MS = 60_000
/** An answer of the floor: as long as `playback` after a `seek`. */
const ANSWER_BYTES = 150

export async function jitter(yard: Yard, options: JitterOptions): Promise<Raised> {
  const gateway = await yard.gateway()
  const outcomes: Outcome[] = []
  await raise(yard, { protocol: 'segue', clients: options.clients, port: gateway.port, reportEveryMs: 0 })
  await runs(yard, options, gateway, 'segue', outcomes)
  const settled = await settle(yard)
  await gateway.stop()
  if (!options.floor) return { outcomes, settled }

  const floor = await yard.floor({ greetingBytes: outcomes[0]?.bytes_to_return ?? 0, answerBytes: ANSWER_BYTES })
  await raise(yard, { protocol: 'raw', clients: options.clients, port: floor.port, reportEveryMs: 0 })
  await runs(yard, options, floor, 'raw uWS', outcomes)
  await yard.generators.order({ do: 'leave' })
  await floor.stop()
  return { outcomes, settled }
}

async function runs(
  yard: Yard,
  { clients, runs, seconds, onlineMs, awayMs }: JitterOptions,
  contender: Contender,
  name: Outcome['contender'],
  outcomes: Outcome[],
): Promise<void> {
  const storm = `dropped every ${onlineMs / 1000} s, away ${awayMs / 1000} s`
  for (let run = 1; run <= runs; run += 1) {
    await yard.generators.measured()
    const meter = startMeter(yard.processes(() => [contender]))
    await withNote(yard, `${name}: ${storm}, ${run}/${runs}`, clients, async () => {
      await yard.generators.order({
        do: 'jitter',
        onlineMs,
        awayMs,
        forMs: seconds * 1000,
        withinMs: BACK_WITHIN_MS,
      })
    })
    const usage = await meter.stop()
    const measured = await yard.generators.measured()
    outcomes.push(outcomeOf({ contender: name, storm, clients, measured, usage }))
  }
}
