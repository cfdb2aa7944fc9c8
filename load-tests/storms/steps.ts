/** Owns the steps that all storms share: clients signed in, progress shown, and at the end nothing owed and nothing lost. */

import { setTimeout as wait } from 'node:timers/promises'
import { HOST } from '../../infra/stack/ports.ts'
import { asStep } from '../../infra/stack/screen.ts'
import { type Audit, auditEvents } from './acknowledged-events.ts'
import type { Outcome } from './outcome.ts'
import type { Yard } from './yard.ts'

export interface Settled extends Audit {
  /** Answers and acknowledgements that never came. */
  readonly due: number
}

/** What a scenario gives back. */
export interface Raised {
  readonly outcomes: readonly Outcome[]
  readonly settled: Settled
}

interface Clients {
  readonly protocol: 'segue' | 'raw'
  readonly clients: number
  readonly port: number
  readonly reportEveryMs: number
}

/** Below the rate at which a gateway takes sign-ins. */
const SIGN_INS_PER_SECOND = 1_000
const SIGN_IN_WITHIN_MS = 60_000
const SETTLE_WITHIN_MS = 30_000
const SHOW_EVERY_MS = 250

/** Connects and signs in all clients, over time. */
export async function raise(yard: Yard, { protocol, clients, port, reportEveryMs }: Clients): Promise<void> {
  const { generators, trackId } = yard
  const accounts = protocol === 'segue' ? await yard.accounts(clients) : []
  await generators.raise({ host: HOST, ports: [port], trackId, reportEveryMs }, clients, accounts)
  const perSecond = SIGN_INS_PER_SECOND / generators.pids.length
  await withNote(yard, protocol === 'segue' ? 'signing in' : 'connecting to the floor', clients, async () => {
    await generators.order({ do: 'sign-in', perSecond, withinMs: SIGN_IN_WITHIN_MS })
  })
  const { present, tally } = await generators.measured()
  if (present === clients) return
  throw new Error(
    `only ${present} of ${clients} clients came in: ${JSON.stringify({ ...tally.ends, ...tally.refusals })}`,
  )
}

/** Runs `work` as a step that shows how many clients are there. */
export async function withNote(yard: Yard, title: string, clients: number, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController()
  await asStep(yard.screen, title, async (step) => {
    const showing = (async () => {
      while (!stop.signal.aborted) {
        step.note(`${yard.generators.present}/${clients} clients connected`)
        await wait(SHOW_EVERY_MS)
      }
    })()
    try {
      await Promise.race([work(), interrupted(yard.signal)])
    } finally {
      stop.abort()
      await showing
    }
    return undefined
  })
}

function interrupted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** Waits until every request is answered and every event acknowledged, lets the clients go, and reads the log back. */
export async function settle(yard: Yard): Promise<Settled> {
  const answers = await yard.generators.order({ do: 'settle', withinMs: SETTLE_WITHIN_MS })
  const due = answers.reduce((total, answer) => total + answer.due, 0)
  await yard.generators.order({ do: 'leave' })
  const acked = new Map(answers.flatMap(({ ackedEvents }) => Object.entries(ackedEvents ?? {})))
  let audit: Audit = { acknowledged: 0, lost: 0, twiceInLog: 0 }
  await asStep(yard.screen, 'reading the log back', async () => {
    audit = await auditEvents(yard.env, acked)
    return `${audit.acknowledged} acknowledged events, ${audit.lost} lost`
  })
  return { ...audit, due }
}
