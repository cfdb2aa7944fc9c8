/** Owns what a run of many seeds comes to, added up, and how it is told. */

import { INVARIANTS, type Violation } from './invariants.ts'
import type { SeedResult } from './run-seed.ts'

export interface Totals {
  seeds: number
  sessionHours: number
  tasks: number
  readonly counts: Record<string, number>
  readonly faults: Record<string, number>
  readonly failed: SeedResult[]
}

export function noTotals(): Totals {
  return { seeds: 0, sessionHours: 0, tasks: 0, counts: {}, faults: {}, failed: [] }
}

export function addSeed(totals: Totals, result: SeedResult): void {
  totals.seeds += 1
  totals.sessionHours += result.sessionHours
  totals.tasks += result.tasks
  for (const [name, count] of Object.entries(result.counts)) totals.counts[name] = (totals.counts[name] ?? 0) + count
  for (const [name, count] of Object.entries(result.faults)) totals.faults[name] = (totals.faults[name] ?? 0) + count
  if (result.violations.length > 0) totals.failed.push(result)
}

const whole = (value: number) => Math.round(value).toLocaleString('en-US')

export function reportLines(totals: Totals, wallMs: number): string[] {
  const { counts, faults } = totals
  const count = (name: string) => whole(counts[name] ?? 0)
  const row = (name: string, value: string) => `  ${name.padEnd(44)} ${value.padStart(14)}`
  return [
    row('virtual session-hours', whole(totals.sessionHours)),
    row('seeds', whole(totals.seeds)),
    row('sessions', count('sessions')),
    row('streams', count('streams')),
    row('resumes, recovered', count('recovered')),
    row('resumes, with the state instead', count('state')),
    row('sessions lost, as they may be', count('sessionsLost')),
    row('streams gone on after a lost session', count('reconnectedStreams')),
    row('streams taken over by another device', count('takenOver')),
    row('streams transferred to another device', count('transferred')),
    row('events reported', count('reported')),
    row('events acknowledged', count('acknowledged')),
    row('events lost', count('lost')),
    row('events duplicated', count('duplicated')),
    row('streams that died unsaved (two faults at once)', count('diedUnsaved')),
    row('streams with unsaved grants (not held to I17)', count('undone')),
    row('streams flagged after a lost session', count('flaggedAfterLoss')),
    ...Object.entries(faults)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, value]) => row(`fault: ${name}`, whole(value))),
    row('seeds that broke an invariant', whole(totals.failed.length)),
    row('wall time, s', (wallMs / 1000).toFixed(1)),
    row('session-hours a second', whole(totals.sessionHours / (wallMs / 1000))),
  ]
}

/** One line a seed: what broke first, and how to see it again. */
export function failureLine(result: SeedResult, flags: string): string {
  const { seed } = result
  const first = firstOf(result)
  if (first === undefined) return ''
  const at = new Date(first.atMs).toISOString().slice(11, 23)
  return `seed ${seed}: ${first.invariant} at ${at}: ${first.about} ${first.text} (${INVARIANTS[first.invariant]}); replay: npm run simulate -- --seed ${seed}${flags}`
}

const AROUND = 60

/** The violation to look at first: one that a client can be shown for. */
export function firstOf({ violations }: SeedResult): Violation | undefined {
  return violations.find(({ about }) => about.startsWith('client-')) ?? violations[0]
}

/** The history of whoever it was, around the first violation. */
export function historyLines(result: SeedResult): readonly string[] {
  const { history } = result
  const first = firstOf(result)
  if (first === undefined) return []
  // What the audit finds was done earlier: near the first line that names the same stream.
  const stream = first.text.match(/[0-9a-f]{8}-[0-9a-f-]{27}/)?.[0]
  const broken = history.findIndex((line) => line.includes(`VIOLATION ${first.about} ${first.invariant}`))
  const named = stream === undefined ? -1 : history.findLastIndex((line, at) => at < broken && line.includes(stream))
  const at = named < 0 ? broken : named
  const around = history.slice(Math.max(0, at - AROUND), at + 3)
  return named < 0 ? around : [...around, ...history.slice(broken, broken + 1)]
}
