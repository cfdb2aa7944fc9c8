/** Owns measuring the detector and the baselines on the same traces. */

import { Detector } from '../detector/detector.ts'
import type { PlayEvent } from '../detector/play-event.ts'
import { type Measures, measure } from '../evaluate/measures.ts'
import { playEventOf } from '../live/play-event-of.ts'
import { countDevices, countImpossibleTravel } from './baselines.ts'
import type { HabitsOf } from './habits.ts'
import { recordOf } from './records-of.ts'
import { makeTrace } from './trace.ts'

interface Row {
  readonly archetype: string
  readonly shared: boolean
  readonly devices: number
  readonly travel: number
  readonly score: number
  readonly flagged: boolean
}

export interface Measured extends Measures {
  readonly method: string
  readonly falseAlarmsMultiDevice: number
  readonly honestMultiDevice: number
}

export interface Comparison {
  readonly accounts: number
  readonly events: number
  readonly methods: readonly Measured[]
  /** Of each archetype, how many there were and how many were flagged by the detector. */
  readonly archetypes: ReadonlyMap<
    string,
    { readonly shared: boolean; readonly accounts: number; readonly flagged: number }
  >
}

/** From so many on a baseline flags: the best F1 on ordinary seeds 1 to 10. */
export const BASELINE_THRESHOLDS = { devices: 6, travel: 54 } as const

/** An event as the worker sees it: its address hashed by the key of its week. */
export const asRecorded = (event: PlayEvent): PlayEvent => playEventOf(recordOf(event)) ?? event

export function compare(
  seeds: readonly number[],
  accounts: number,
  habitsOf: HabitsOf,
  onSeed?: (seed: number) => void,
  seen: (event: PlayEvent) => PlayEvent = (event) => event,
): Comparison {
  const rows: Row[] = []
  let events = 0
  for (const seed of seeds) {
    onSeed?.(seed)
    const trace = makeTrace(seed, accounts, habitsOf)
    events += trace.events.length
    const devices = countDevices(trace.events)
    const travel = countImpossibleTravel(trace.events)
    const detector = new Detector()
    for (const event of trace.events) detector.observe(seen(event))
    for (const { account, score, flagged } of detector.verdicts()) {
      const label = trace.labels.get(account)
      if (label === undefined) continue
      rows.push({ ...label, score, flagged, devices: devices.get(account) ?? 0, travel: travel.get(account) ?? 0 })
    }
  }
  const method = (name: string, score: (row: Row) => number, flagged: (row: Row) => boolean): Measured => {
    const honest = rows.filter((row) => !row.shared && row.devices > 1)
    return {
      method: name,
      ...measure(rows.map((row) => ({ score: score(row), flagged: flagged(row), shared: row.shared }))),
      honestMultiDevice: honest.length,
      falseAlarmsMultiDevice: honest.filter(flagged).length,
    }
  }
  return {
    accounts: rows.length,
    events,
    methods: [
      method(
        'detector',
        (row) => row.score,
        (row) => row.flagged,
      ),
      method(
        `devices alone (from ${BASELINE_THRESHOLDS.devices})`,
        (row) => row.devices,
        (row) => row.devices >= BASELINE_THRESHOLDS.devices,
      ),
      method(
        `impossible travel alone (from ${BASELINE_THRESHOLDS.travel})`,
        (row) => row.travel,
        (row) => row.travel >= BASELINE_THRESHOLDS.travel,
      ),
    ],
    archetypes: archetypesOf(rows),
  }
}

function archetypesOf(rows: readonly Row[]): Comparison['archetypes'] {
  const archetypes = new Map<string, { shared: boolean; accounts: number; flagged: number }>()
  for (const { archetype, shared, flagged } of rows) {
    const counted = archetypes.get(archetype) ?? { shared, accounts: 0, flagged: 0 }
    archetypes.set(archetype, counted)
    counted.accounts += 1
    if (flagged) counted.flagged += 1
  }
  return archetypes
}
