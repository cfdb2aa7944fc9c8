/** Owns what a run came to: its conditions, each threshold with what was seen, and the metrics. Pure. */

import type { LoadSettings } from '../settings.ts'

/** What k6 gives to `handleSummary`, as far as it is used. */
export interface K6Summary {
  readonly state: { readonly testRunDurationMs: number }
  readonly metrics: Readonly<Record<string, K6Metric>>
  readonly root_group: { readonly checks: readonly K6Check[] }
}

export interface K6Metric {
  readonly type: 'counter' | 'gauge' | 'rate' | 'trend'
  readonly contains: string
  readonly values: Readonly<Record<string, number>>
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>
}

export interface K6Check {
  readonly name: string
  readonly passes: number
  readonly fails: number
}

export interface Threshold {
  readonly metric: string
  readonly rule: string
  /** As the rule counts it: `p(95)` of a trend, `count`, `rate`. */
  readonly seen: string
  readonly ok: boolean
}

export interface Report {
  readonly scenario: string
  readonly ok: boolean
  readonly seconds: number
  readonly conditions: Readonly<Record<string, string>>
  readonly thresholds: readonly Threshold[]
  readonly checks: readonly K6Check[]
  readonly metrics: Readonly<Record<string, K6Metric>>
}

export function reportOf(summary: K6Summary, settings: LoadSettings): Report {
  const metrics = Object.fromEntries(Object.entries(summary.metrics).sort(([a], [b]) => a.localeCompare(b)))
  const thresholds = Object.entries(metrics).flatMap(([metric, entry]) =>
    Object.entries(entry.thresholds ?? {}).map(([rule, { ok }]) => ({ metric, rule, seen: seenBy(rule, entry), ok })),
  )
  const clients = Object.entries(settings.clients).map(([role, many]) => `${many} × ${role}`)
  return {
    scenario: settings.scenario,
    ok: thresholds.every(({ ok }) => ok),
    seconds: summary.state.testRunDurationMs / 1_000,
    conditions: { clients: clients.join(', '), at: settings.urls.join(', '), ...settings.conditions },
    thresholds,
    checks: summary.root_group.checks,
    metrics,
  }
}

/** The value that a rule such as `p(95)<250` is about. */
function seenBy(rule: string, metric: K6Metric): string {
  const name = rule.split(/[<>=!]/)[0]?.trim() ?? ''
  const value = metric.values[name]
  return value === undefined ? 'nothing' : valueText(value, metric, name)
}

/** With its unit. */
export function valueText(value: number, { type, contains }: K6Metric, name: string): string {
  if (type === 'rate' && name === 'rate') return `${plain(100 * value)} %`
  if (contains === 'time' && name !== 'count') return `${plain(value)} ms`
  if (contains === 'data' && name === 'count') return `${plain(value / 1_000_000)} MB`
  return plain(value)
}

/** To three figures, or whole: what is finer was not measured. */
function plain(value: number): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}
