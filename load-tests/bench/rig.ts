/** Owns what every work of the bench stands on: the yard with its servers, the generator, and the measuring of both sides. */

import { setTimeout as wait } from 'node:timers/promises'
import { nodeProgram } from '../../infra/stack/node-program.ts'
import { HOST } from '../../infra/stack/ports.ts'
import type { Contender } from '../storms/contender.ts'
import type { Account } from '../storms/orders.ts'
import { CORE, pinned } from '../storms/pin.ts'
import { startMeter } from '../storms/process-meter.ts'
import { openYard, type Yard, type YardOptions } from '../storms/yard.ts'
import { startToldProcess, type ToldProcess } from '../told-process.ts'
import type { Answer, Chatter, Order, Progress } from './orders.ts'
import { type Changes, SERVERS, type ServerName } from './servers.ts'

/** Of the storms; they do nothing while the bench has its own at work. */
const STORM_GENERATORS = 2

export interface Rig {
  readonly yard: Yard
  readonly generator: ToldProcess<Order, Answer>
  readonly quick: boolean
  /** Clients that are in, as the generator says now and then. */
  readonly present: number
  close(): Promise<void>
}

export async function openRig(
  options: Pick<YardOptions, 'screen' | 'signal' | 'profileFolder'>,
  quick: boolean,
): Promise<Rig> {
  const yard = await openYard({ ...options, generators: STORM_GENERATORS, pin: true })
  let present = 0
  const launch = pinned(nodeProgram('load-tests/bench/generator/main.ts', {}), CORE.others)
  const generator = startToldProcess<Order, Answer, Progress>(launch, (word) => {
    present = word.present
  })
  return {
    yard,
    generator,
    quick,
    get present() {
      return present
    },
    async close() {
      await generator.stop()
      await yard.close()
    },
  }
}

/** Starts `name`, has `work` done with it, and ends both sides. */
export async function withServer<T>(
  rig: Rig,
  name: ServerName,
  changes: Changes,
  work: (server: Contender) => Promise<T>,
): Promise<T> {
  const server = await SERVERS[name].start(rig, changes)
  try {
    return await work(server)
  } finally {
    await rig.generator.ask({ do: 'leave' })
    await server.stop()
  }
}

export interface Coming {
  readonly name: ServerName
  readonly ports: readonly number[]
  readonly clients: number
  readonly chatter: Chatter
  readonly plays: boolean
  /** On their way at once. */
  readonly atOnce?: number
  /** Made before; else they are made now. */
  readonly accounts?: readonly Account[]
}

const AT_ONCE = 64
const IN_WITHIN_MS = 120_000
/** They are told apart by it, and not looked at where there is no session. */
const NOBODY: Account = { id: '', token: '' }
const WITHOUT_TOKENS: readonly ServerName[] = ['uws', 'uws-msgpackr', 'uws-session', 'uws-publish']

/** So many clients come in. @throws {Error} when some did not. */
export async function bringIn(rig: Rig, coming: Coming): Promise<Answer> {
  const { name, ports, clients, chatter, plays, atOnce = AT_ONCE } = coming
  const before = (await rig.generator.ask({ do: 'take' })).present
  const accounts = WITHOUT_TOKENS.includes(name)
    ? Array.from({ length: clients }, () => NOBODY)
    : (coming.accounts ?? (await rig.yard.accounts(clients)))
  const { tongue } = SERVERS[name]
  const playing = plays ? { trackId: rig.yard.trackId } : {}
  const said = await rig.generator.ask({
    ...{ do: 'connect', tongue, host: HOST, ports, accounts, chatter, ...playing },
    ...{ atOnce, withinMs: IN_WITHIN_MS },
  })
  requirePresent(said, before + clients)
  return said
}

export function requirePresent({ present, ends, others }: Answer, wanted: number): void {
  if (present === wanted) return
  throw new Error(`only ${present} of ${wanted} clients are in: ${JSON.stringify({ ends, others })}`)
}

const LOOK_EVERY_MS = 100

/** Until so many answers have come, or the time is over. */
export async function warmUp(
  { generator, yard }: Rig,
  { answers, withinMs }: { readonly answers: number; readonly withinMs: number },
): Promise<void> {
  const endMs = performance.now() + withinMs
  let had = 0
  while (had < answers && performance.now() < endMs) {
    await wait(LOOK_EVERY_MS, undefined, { signal: yard.signal })
    had += (await generator.ask({ do: 'take' })).answers
  }
}

export interface Load {
  readonly seconds: number
  readonly said: Answer
  /** Seconds of processor time, by name of the process. */
  readonly cpuS: Readonly<Record<string, number>>
}

/** What both sides do and use in `forMs`. */
export async function measured(rig: Rig, servers: readonly Contender[], forMs: number): Promise<Load> {
  return (await whileMetered(rig, servers, () => wait(forMs, undefined, { signal: rig.yard.signal }))).load
}

export async function whileMetered<T>(
  { generator, yard }: Rig,
  servers: readonly Contender[],
  work: () => Promise<T>,
): Promise<{ load: Load; result: T }> {
  const processes = yard.processes(() => servers)
  await generator.ask({ do: 'take' })
  const meter = startMeter(() => ({ ...processes(), generators: [generator.pid] }))
  const result = await work()
  const usage = await meter.stop()
  const said = await generator.ask({ do: 'take' })
  const used = Object.entries(usage).map(([process, { seconds }]) => [process, seconds.at(-1)?.seconds ?? 0] as const)
  return { load: { seconds: said.seconds, said, cpuS: Object.fromEntries(used) }, result }
}

/** Of one processor. */
export function percent(load: Load, process: string): number {
  return (100 * (load.cpuS[process] ?? 0)) / load.seconds
}

export function cpuUs(load: Load, times: number): number {
  return (1e6 * (load.cpuS.server ?? 0)) / Math.max(1, times)
}
