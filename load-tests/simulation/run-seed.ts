/** Owns one seed from beginning to end: troubled hours, then quiet, then the closing of the books. */

import { type Comeback, type Disaster, disasterIn } from './disasters.ts'
import { Fleet } from './fleet.ts'
import type { Violation } from './invariants.ts'
import { Listener } from './listener.ts'
import { NO_PLANT, type Plant } from './plants.ts'
import type { Profile } from './profile.ts'
import { RestWatch } from './rest-watch.ts'
import { virtualGlobals } from './virtual-globals.ts'
import { World } from './world.ts'

/** After the last fault: what may have begun just before it is over, and everybody is back. */
const QUIET_MS = 10 * 60_000
const HOUR_MS = 3_600_000

export interface SeedResult {
  readonly seed: number
  readonly sessionHours: number
  readonly violations: readonly Violation[]
  readonly counts: Readonly<Record<string, number>>
  readonly faults: Readonly<Record<string, number>>
  readonly historyHash: number
  readonly tasks: number
  readonly wallMs: number
  readonly history: readonly string[]
  readonly comeback: Comeback | undefined
}

export interface SeedOptions {
  readonly profile: Profile
  /** A client whose history is kept. */
  readonly traced?: string | undefined
  readonly plant?: Plant
  /** At half of the time, in place of the faults by chance. */
  readonly disaster?: Disaster
}

export async function runSeed(
  seed: number,
  { profile, traced, plant = NO_PLANT, disaster }: SeedOptions,
): Promise<SeedResult> {
  const begunMs = performance.now()
  const world = new World(seed)
  const { enter, leave } = virtualGlobals(world)
  const fleet = new Fleet(world, profile, traced, plant)
  let listeners: Listener[] = []
  let comeback: Comeback | undefined
  world.after(0, world.nature, () => {
    fleet.assemble()
    listeners = fleet.clients.map((client) => new Listener(fleet, client))
    if (disaster === undefined) fleet.faults.begin()
    else
      disasterIn((profile.hours * HOUR_MS) / 2, disaster, fleet, (seen) => {
        comeback = seen
      })
  })
  const pass = (ms: number) => world.run(world.nowMs + ms, enter, leave)

  await pass(profile.hours * HOUR_MS)
  fleet.faults.end()
  for (const listener of listeners) listener.calm = true
  await pass(QUIET_MS)
  fleet.calm()
  for (const client of fleet.clients) if (client.phase === 'closed') world.after(0, client.actor, () => client.open())
  await pass(QUIET_MS + 3 * profile.heartbeatIntervalMs)
  const rest = new RestWatch(fleet)
  for (let again = 0; again < 4; again++) {
    for (const listener of listeners) listener.insistSoon()
    await pass(7_000)
    rest.look()
  }
  rest.judge()
  for (const client of fleet.clients) world.after(0, client.actor, () => client.close())
  await pass(2 * profile.leaseMs + 120_000)
  fleet.close()

  const { checker } = fleet
  return {
    seed,
    sessionHours: fleet.sessionMs / HOUR_MS,
    violations: checker.violations,
    counts: { ...checker.counts },
    faults: Object.fromEntries(fleet.faults.counts),
    historyHash: world.historyHash,
    tasks: world.tasksDone,
    wallMs: performance.now() - begunMs,
    history: checker.history,
    comeback,
  }
}
