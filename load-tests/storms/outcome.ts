/** Owns what one run of a storm came to: how many came back, how soon, and what it cost. */

import type { Measured } from './generators.ts'
import type { Usage } from './process-meter.ts'

export interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface Outcome {
  readonly contender: 'segue' | 'raw uWS'
  /** What happened, in a word or two. */
  readonly storm: string
  readonly clients: number
  /** Clients that were away and came back; in jitter many times. */
  readonly returns: number
  /** Clients that are not there at the end. */
  readonly missing: number
  readonly not_recovered: number
  readonly duplicates: number
  readonly gaps: number
  readonly answered_again: number
  readonly returns_with_replay: number
  readonly replayed: number
  readonly asked: number
  readonly answered: number
  /** Times in ms, by name of what they are measured from. */
  readonly ms: Readonly<Record<string, Spread>>
  readonly attempts: number
  readonly ends: Readonly<Record<string, number>>
  readonly refusals: Readonly<Record<string, number>>
  readonly bytes_to_return: number
  readonly generator_loop_delay_ms: { readonly p99: number; readonly max: number }
  readonly usage: Readonly<Record<string, Usage>>
  /** What the contender's processes had used, in ms, when 99 in 100 were back: what p99 would be if nothing else ran. */
  readonly cpu_ms_to_p99: number
}

export interface Run {
  readonly contender: Outcome['contender']
  readonly storm: string
  readonly clients: number
  readonly measured: Measured
  readonly usage: Readonly<Record<string, Usage>>
  /** Moments, in ms since 1970, that the return of each client is also measured from. */
  readonly since?: Readonly<Record<string, number>>
}

export function outcomeOf({ contender, storm, clients, measured, usage, since = {} }: Run): Outcome {
  const { tally, present, load } = measured
  const { backAtMs, beganAtMs } = tally
  const sinceAll = Object.entries(since).map(([name, atMs]) => [name, spread(backAtMs.map((ms) => ms - atMs))] as const)
  return {
    contender,
    storm,
    clients,
    returns: tally.returns,
    missing: clients - present,
    not_recovered: tally.notRecovered,
    duplicates: tally.duplicates,
    gaps: tally.gaps,
    answered_again: tally.answeredAgain,
    returns_with_replay: tally.returnsWithReplay,
    replayed: tally.replayed,
    asked: tally.asked,
    answered: tally.answered,
    ms: {
      ...Object.fromEntries(sinceAll),
      connect: spread(backAtMs.map((ms, i) => ms - (beganAtMs[i] ?? ms))),
      upgrade: spread(tally.openMs),
    },
    attempts: tally.attempts,
    ends: tally.ends,
    refusals: tally.refusals,
    bytes_to_return: tally.returns === 0 ? 0 : Math.round(tally.bytesToReturn / tally.returns),
    generator_loop_delay_ms: { p99: load.loopDelayP99Ms, max: load.loopDelayMaxMs },
    usage,
    cpu_ms_to_p99: usedBy(usage.server, at(Float64Array.from(backAtMs).sort(), 0.99)),
  }
}

function usedBy(usage: Usage | undefined, atMs: number): number {
  const point = usage?.seconds.find((point) => point.atMs >= atMs) ?? usage?.seconds.at(-1)
  return Math.round((point?.seconds ?? 0) * 1000)
}

/** Nearest rank. */
const at = (sorted: Float64Array, share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0

function spread(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort()
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => Math.round(at(sorted, share)))
  return { p50: p50 ?? 0, p99: p99 ?? 0, max: max ?? 0 }
}

/** What must not be: a line for each kind of it. A bare server promises nothing. */
export function faultsOf(outcome: Outcome): string[] {
  if (outcome.contender !== 'segue') return []
  const kinds = {
    'clients never came back': outcome.missing,
    'returns were not recovered': outcome.not_recovered,
    'messages came twice': outcome.duplicates,
    'messages were left out': outcome.gaps,
    'requests were answered twice': outcome.answered_again,
  }
  return Object.entries(kinds).flatMap(([what, n]) => (n === 0 ? [] : [`${outcome.storm}: ${n} ${what}`]))
}
