/** Owns the storm after a gateway's death: SIGKILL under all of its sessions, which come back to it, or to another. */

import { setTimeout as wait } from 'node:timers/promises'
import { type Contender, untilListening } from './contender.ts'
import type { Waits } from './generator/listener.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { startMeter } from './process-meter.ts'
import { type Raised, raise, settle, withNote } from './steps.ts'
import type { Yard } from './yard.ts'

export interface DeathOptions {
  readonly clients: number
  readonly runs: number
  /** Whether the bare server is measured too. */
  readonly floor: boolean
  /** How often each client sends telemetry. */
  readonly reportEveryMs: number
  /** Which of the sequels, and how long a fleet is left alone before each kill. */
  readonly sequels: readonly SequelName[]
  readonly steadyMs: number
}

/** How the world goes on after the kill. */
interface Sequel {
  readonly storm: string
  /** `again`: started at once on the same port. `another`: one more gateway was there. */
  readonly next: 'again' | 'another'
  readonly waits: Waits
}

const SEQUELS = {
  again: { storm: 'killed, started again', next: 'again', waits: 'jitter' },
  'again-herd': { storm: 'killed, started again, a herd', next: 'again', waits: 'held' },
  another: { storm: 'killed, another there', next: 'another', waits: 'jitter' },
  'another-herd': { storm: 'killed, another there, a herd', next: 'another', waits: 'held' },
} as const satisfies Record<string, Sequel>

export type SequelName = keyof typeof SEQUELS
export const SEQUEL_NAMES = Object.keys(SEQUELS) as SequelName[]

/** R1: then a connection begins the count of attempts anew. */
export const STEADY_MS = 10_500

const BACK_WITHIN_MS = 90_000
/** Every client asks and reports once in this time; the kill comes at a random moment of its second half. */
const BUSY_MS = 2_000
/** An answer of the floor: as long as `playback` after a `seek`. */
const ANSWER_BYTES = 150

type Start = (port?: number) => Promise<Contender>

export async function death(yard: Yard, options: DeathOptions): Promise<Raised> {
  const { clients } = options
  const outcomes: Outcome[] = []
  let gateway = await yard.gateway()
  await raise(yard, { protocol: 'segue', clients, port: gateway.port, reportEveryMs: options.reportEveryMs })
  for (const name of options.sequels)
    gateway = await runs(yard, options, SEQUELS[name], yard.gateway, gateway, 'segue', outcomes)
  const settled = await settle(yard)
  await gateway.stop()
  if (!options.floor) return { outcomes, settled }

  const sizes = { greetingBytes: outcomes[0]?.bytes_to_return ?? 0, answerBytes: ANSWER_BYTES }
  const start: Start = (port) => yard.floor(sizes, port)
  let floor = await start()
  await raise(yard, { protocol: 'raw', clients, port: floor.port, reportEveryMs: 0 })
  for (const name of options.sequels)
    floor = await runs(yard, options, SEQUELS[name], start, floor, 'raw uWS', outcomes)
  await yard.generators.order({ do: 'leave' })
  await floor.stop()
  return { outcomes, settled }
}

async function runs(
  yard: Yard,
  { clients, runs, steadyMs }: DeathOptions,
  { storm, next, waits }: Sequel,
  start: Start,
  first: Contender,
  name: Outcome['contender'],
  outcomes: Outcome[],
): Promise<Contender> {
  const { generators, signal } = yard
  let current = first
  for (let run = 1; run <= runs; run += 1) {
    const other = next === 'another' ? await start() : undefined
    await wait(steadyMs, undefined, { signal })
    const { port } = other ?? current
    await generators.order({ do: 'aim', ports: [port], waits })
    await generators.measured()
    const busy = generators.order({ do: 'busy', forMs: BUSY_MS })
    await wait(BUSY_MS / 2 + (Math.random() * BUSY_MS) / 2, undefined, { signal })

    const killed = current
    let successor: Promise<Contender> = Promise.resolve(other ?? killed)
    const meter = startMeter(yard.processes(() => [current]))
    const since: Record<string, number> = { kill: now() }
    await withNote(yard, `${name}: ${storm}, ${run}/${runs}`, clients, async () => {
      await killed.kill()
      if (other === undefined) {
        successor = start(port)
        await untilListening(port, signal)
        since.listening = now()
      } else current = other
      if (waits === 'held') await generators.order({ do: 'release' })
      current = await successor
      await busy
      await generators.order({ do: 'await-all', withinMs: BACK_WITHIN_MS })
    })
    const usage = await meter.stop()
    outcomes.push(outcomeOf({ contender: name, storm, clients, measured: await generators.measured(), usage, since }))
  }
  return current
}

const now = () => performance.timeOrigin + performance.now()
