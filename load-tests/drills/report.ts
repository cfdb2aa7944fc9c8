/** Owns the report of a drill: its figures, in JSON and for people, and what in them is a failure. */

import { exitText } from '../../infra/stack/child.ts'
import type { Course } from './drill.ts'
import type { Rig } from './rig.ts'
import { faultText, KINDS, TARGETS } from './schedule.ts'
import type { Verdict } from './verdict.ts'

export interface DrillReport {
  readonly seed: number
  readonly players: number
  readonly faults: number
  /** `kill gateway` and the like. */
  readonly faults_by_kind: Readonly<Record<string, number>>
  readonly sessions: number
  readonly resumes: number
  /** Resumes that said they could not be whole, and told the state. */
  readonly resumes_by_state: number
  readonly streams: number
  readonly acknowledged_events: number
  readonly lost: number
  readonly duplicated: number
  readonly sessions_not_recovered: number
  /** From when a client knew that its line was gone until it was connected again. */
  readonly away_ms: { readonly p50: number; readonly p99: number; readonly longest: number }
  readonly stalls: number
  readonly longest_stall_ms: number
  /** Stalls by the fault that began last before them. */
  readonly stalls_by_kind: Readonly<Record<string, number>>
  /** Heard because of a part that was hurt alone, other than the store of the audio, with 10 s of it in hand. */
  readonly gaps: number
  /** Of the time that a part was hurt alone, what those heard who only listen. */
  readonly heard: readonly {
    readonly fault: string
    readonly listeners: number
    readonly percent: number
    readonly least_percent: number
  }[]
  /** What was done, in words, to be compared with a replay. */
  readonly schedule: readonly string[]
  /** Everything that must not be, a line each. */
  readonly problems: readonly string[]
}

export interface ReportParts {
  readonly seed: number
  readonly rig: Rig
  readonly course: Course
  readonly verdict: Verdict & { readonly unacknowledged: number }
}

const MOST_LINES = 12

export function reportOf({ seed, rig, course, verdict }: ReportParts): DrillReport {
  const witnesses = rig.listeners.map(({ witness }) => witness)
  const sum = (figures: readonly number[]) => figures.reduce((total, figure) => total + figure, 0)
  const byKind = new Map<string, number>()
  for (const { fault } of course.hurts) {
    const kind = `${fault.kind} ${fault.target}`
    byKind.set(kind, (byKind.get(kind) ?? 0) + 1)
  }
  const away = rig.listeners.flatMap(({ awayMs }) => awayMs).sort((a, b) => a - b)
  const all = rig.listeners.flatMap(({ player }) => player.stalls)
  const stalls = all.map(({ stallMs }) => stallMs)
  const stallsByKind = new Map<string, number>()
  for (const { atMs } of all) {
    const last = course.hurts.findLast((hurt) => hurt.atMs <= atMs)
    const kind = last === undefined ? 'none' : `${last.fault.kind} ${last.fault.target}`
    stallsByKind.set(kind, (stallsByKind.get(kind) ?? 0) + 1)
  }
  const anew = witnesses.flatMap(({ name, sessions }) =>
    sessions.slice(1).map((session) => `${name} signed in anew (${session}), though its session waited`),
  )
  return {
    seed,
    players: rig.listeners.length,
    faults: course.hurts.length,
    faults_by_kind: Object.fromEntries(byKind),
    sessions: sum(witnesses.map(({ sessions }) => sessions.length)),
    resumes: sum(witnesses.map(({ resumes }) => resumes)),
    resumes_by_state: sum(witnesses.map(({ notRecovered }) => notRecovered)),
    streams: sum(witnesses.map(({ streams }) => streams.size)),
    acknowledged_events: sum(witnesses.map(({ acknowledged }) => acknowledged.size)),
    lost: verdict.lost.length,
    duplicated: verdict.duplicated.length,
    sessions_not_recovered: anew.length + course.notBack.length,
    away_ms: { p50: rank(away, 0.5), p99: rank(away, 0.99), longest: rank(away, 1) },
    stalls: stalls.length,
    longest_stall_ms: Math.max(0, ...stalls),
    stalls_by_kind: Object.fromEntries(stallsByKind),
    gaps: course.gapsMs.length,
    heard: course.heard.map(({ fault, listeners, share, leastShare }) => ({
      fault,
      listeners,
      percent: percent(share),
      least_percent: percent(leastShare),
    })),
    schedule: course.hurts.map(({ fault }) => faultText(fault)),
    problems: [
      ...few(verdict.lost.map((id) => `event ${id}: acknowledged, and not in ClickHouse`)),
      ...few(verdict.duplicated.map((id) => `event ${id}: more than once in ClickHouse`)),
      ...few(verdict.unknown.map((id) => `event ${id}: in ClickHouse, and sent by nobody`)),
      ...(verdict.unacknowledged > 0 ? [`${verdict.unacknowledged} events were never acknowledged`] : []),
      ...few(anew),
      ...few(course.notBack),
      ...few(verdict.streamFaults),
      ...few(witnesses.flatMap(({ complaints }) => complaints)),
      ...few(rig.listeners.flatMap(({ troubles }) => troubles)),
      ...few(
        course.gapsMs.map(
          (ms) => `a gap of ${ms} ms by a part other than the store of the audio, with 10 s of audio in hand`,
        ),
      ),
      ...course.hurts.flatMap(({ fault, badExit }) =>
        badExit === undefined ? [] : [`asked to end, it did not end well: ${badExit}, ${faultText(fault)}`],
      ),
      ...rig.deaths.map(({ title, exit, tail }) => `${title} ended by itself (${exitText(exit)}): ${tail.join(' | ')}`),
    ],
  }
}

/** Of a share, to a tenth. */
function percent(share: number): number {
  return Math.round(share * 1_000) / 10
}

/** The least of `sorted` that a share of them do not exceed. */
function rank(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}

function few(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines
  return [...lines.slice(0, MOST_LINES), `… and ${lines.length - MOST_LINES} more of that kind`]
}

/** The report for people: a table of the faults, then the figures. */
export function reportLines(report: DrillReport): readonly string[] {
  const width = 12
  const row = (cells: readonly (string | number)[]) =>
    `  ${cells.map((cell, index) => (index === 0 ? String(cell).padEnd(width) : String(cell).padStart(9))).join('')}`
  const count = (kind: string, target: string) => report.faults_by_kind[`${kind} ${target}`] ?? 0
  return [
    row(['', ...KINDS]),
    ...TARGETS.map((target) => row([target, ...KINDS.map((kind) => count(kind, target))])),
    '',
    `  faults                 ${report.faults}`,
    `  sessions               ${report.sessions}, of ${report.players} players; ${report.resumes} resumes, ${report.resumes_by_state} of them by state`,
    `  streams                ${report.streams}`,
    `  acknowledged events    ${report.acknowledged_events}`,
    `  lost                   ${report.lost}`,
    `  duplicated             ${report.duplicated}`,
    `  sessions not recovered ${report.sessions_not_recovered}`,
    `  away, each time        ${report.away_ms.p50} ms at the median, ${report.away_ms.p99} ms at p99, ${report.away_ms.longest} ms at most`,
    `  stalls                 ${report.stalls}, the longest ${report.longest_stall_ms} ms; ${report.gaps} by a part other than minio with 10 s in hand`,
    ...Object.entries(report.stalls_by_kind).map(([kind, stalls]) => `    after ${kind.padEnd(16)} ${stalls}`),
    ...(report.heard.length > MOST_LINES ? [] : report.heard.map(heardLine)),
  ]
}

function heardLine({ fault, listeners, percent: heard, least_percent }: DrillReport['heard'][number]): string {
  return `  heard ${heard} % (least ${least_percent} %) by ${listeners} who only listen: ${fault}`
}
