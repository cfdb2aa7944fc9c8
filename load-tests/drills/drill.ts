/** Owns a drill: faults by a seed on a whole stack under load, then the account of what became of every event and session. */

import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../infra/demo/seeded-random.ts'
import type { Screen } from '../../infra/stack/screen.ts'
import { until } from '../until.ts'
import { createFaults, type Hurt } from './faults.ts'
import { gapsOf, type Standing } from './gaps.ts'
import { earsOf, type Heard, heardSince } from './hearing.ts'
import { type DrillReport, reportOf } from './report.ts'
import { buildRig, type Rig, type RigTiming } from './rig.ts'
import { type Fault, faultText, type SchedulePlan, scheduleOf } from './schedule.ts'
import { judge, type Seen, type Verdict } from './verdict.ts'

export interface DrillOptions extends SchedulePlan {
  readonly seed: number
  readonly players: number
  readonly timing: RigTiming
  readonly screen: Screen
  readonly signal?: AbortSignal
}

/** Two longest waits of a client (R1), one of them for a gateway that does not answer, and the time to resume. */
const RECOVER_WITHIN_MS = 75_000
const WARM_UP_MS = 4_000
const ACKED_WITHIN_MS = 90_000
/** From the last end of a stream to the books, after the lease: the reaper, the readers. */
const BOOKED_AFTER_LEASE_MS = 60_000
/** Without it there is no audio but what a listener has in hand. */
const AUDIO_STORE = 'minio'

export async function runDrill(options: DrillOptions): Promise<DrillReport> {
  const rig = await buildRig(options)
  let good = false
  try {
    const report = await drillOn(rig, options)
    good = report.problems.length === 0
    return report
  } finally {
    const logs = await rig.end(!good)
    if (logs !== undefined) options.screen.line(`  the logs of all parts are in ${logs}`)
  }
}

/** The same on a rig that stands, whose listeners have done with it afterwards. */
export async function drillOn(rig: Rig, options: Omit<DrillOptions, 'players' | 'timing'>): Promise<DrillReport> {
  const { seed } = options
  for (const listener of rig.listeners) listener.begin()
  await sleep(WARM_UP_MS)
  const course = await endure(rig, scheduleOf(seededRandom(seed), options), options)
  const verdict = await conclude(rig)
  return reportOf({ seed, rig, course, verdict })
}

/** What happened while the faults went on. */
export interface Course {
  readonly hurts: readonly Hurt[]
  /** Listeners that were not connected again in time, by fault. */
  readonly notBack: readonly string[]
  /** Gaps that a listener with 10 s of audio in hand heard because of a part that was hurt alone, by length in ms. */
  readonly gapsMs: readonly number[]
  /** What those who only listen heard while a part was hurt alone. */
  readonly heard: readonly Heard[]
}

async function endure(
  rig: Rig,
  faults: readonly Fault[],
  { screen, signal }: Omit<DrillOptions, 'players' | 'timing'>,
): Promise<Course> {
  const { stack, listeners } = rig
  const hurts: Hurt[] = []
  const notBack: string[] = []
  const gapsMs: number[] = []
  const heard: Heard[] = []
  const hurt = createFaults(stack)
  for (let index = 0; index < faults.length; ) {
    const fault = faults[index]
    if (fault === undefined) break
    const next = faults[index + 1]
    const together = next?.overlaps ? [fault, next] : [fault]
    index += together.length
    await sleep(fault.gapMs, undefined, signal === undefined ? {} : { signal })

    const fromMs = Date.now()
    const before: Standing[] = listeners.map(({ player }) => ({ bufferMs: player.bufferMs, moving: player.moving }))
    const ears = earsOf(listeners)
    const done = await Promise.all(together.map((each) => hurt(each)))
    hurts.push(...done)
    await reviveDead(rig)
    const healedMs = Date.now()
    if (together.length === 1) heard.push(heardSince(ears, fault, healedMs - fromMs))
    const back = await until(() => listeners.every(({ client }) => client.state === 'connected'), {
      what: 'every listener to be back',
      withinMs: RECOVER_WITHIN_MS,
    }).then(
      () => true,
      () => false,
    )
    const toMs = Date.now()
    if (!back) {
      const away = listeners.filter(({ client }) => client.state !== 'connected')
      notBack.push(...away.map(({ witness, client }) => `${witness.name} is ${client.state} after ${faultText(fault)}`))
    }
    if (together.length === 1 && fault.target !== AUDIO_STORE) {
      listeners.forEach(({ player }, number) => {
        const stood = before[number]
        if (stood !== undefined)
          gapsMs.push(...gapsOf(player.stalls, stood, fromMs, toMs).map(({ stallMs }) => stallMs))
      })
    }
    const pending = listeners.reduce((sum, { client }) => sum + client.pendingEvents, 0)
    const acknowledged = listeners.reduce((sum, { witness }) => sum + witness.acknowledged.size, 0)
    for (const { fault: each, tookMs } of done) {
      screen.line(`  ${faultText(each)}; up again after ${(tookMs / 1_000).toFixed(1)} s`)
    }
    screen.line(
      `    all back ${((toMs - healedMs) / 1_000).toFixed(1)} s later; ${acknowledged} events acknowledged, ${pending} wait`,
    )
  }
  return { hurts, notBack, gapsMs, heard }
}

/** A part that ended by itself is a finding; the others go on with it started again. */
async function reviveDead({ stack }: Rig): Promise<void> {
  for (const name of stack.parts) if (!stack.running.includes(name)) await stack.restart(name)
}

/** Everything runs: what waits is acknowledged, every stream is ended, and the books are read until they agree or time is up. */
async function conclude(rig: Rig): Promise<Verdict & { readonly unacknowledged: number }> {
  const { listeners, books, timing } = rig
  await Promise.all(listeners.map((listener) => listener.settle()))
  const pending = () => listeners.reduce((sum, { client }) => sum + client.pendingEvents, 0)
  await until(() => pending() === 0, { what: 'every event to be acknowledged', withinMs: ACKED_WITHIN_MS }).catch(
    () => undefined,
  )
  const unacknowledged = pending()
  for (const listener of listeners) listener.close()

  const seen: Seen = {
    acknowledged: union(listeners.map(({ witness }) => witness.acknowledged)),
    sent: union(listeners.map(({ witness }) => witness.sent)),
    streams: union(listeners.map(({ witness }) => witness.streams)),
    heardMs: new Map(listeners.flatMap(({ player }) => [...player.heardMs])),
  }
  const read = async () =>
    judge(seen, { events: await books.events(), streams: await books.streams(), paid: await books.paid() })
  let verdict = await read()
  await until(
    async () => {
      verdict = await read()
      return verdict.lost.length === 0 && verdict.streamFaults.length === 0
    },
    { what: 'the books', withinMs: timing.leaseMs + BOOKED_AFTER_LEASE_MS },
  ).catch(() => undefined)
  return { ...verdict, unacknowledged }
}

function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set(sets.flatMap((set) => [...set]))
}
