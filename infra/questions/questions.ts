/** Owns the table of the questions that analysts ask: one SQL file each, its definition written above it, and what it takes. */

import { readFileSync } from 'node:fs'

/** How a parameter is written on the command line. */
type ParameterKind = 'whole' | 'share' | 'text' | 'filter' | 'day' | 'month' | 'time'

export interface Parameter {
  readonly kind: ParameterKind
  readonly about: string
  /** Of a time: the hour, day or month that `now` lies in. Undefined: it must be given. */
  readonly fallback?: string | ((now: Date) => string)
}

export interface Question {
  /** As MISSION numbers them. */
  readonly number: number
  readonly name: string
  readonly store: 'clickhouse' | 'postgres'
  readonly parameters: Readonly<Record<string, Parameter>>
  /** The first line of the definition. */
  readonly title: string
  /** The comment above the query, whole. */
  readonly definition: string
  /** What is below that comment. */
  readonly query: string
  readonly sql: string
}

const iso = (now: Date) => now.toISOString()
const limit: Parameter = { kind: 'whole', about: 'rows at most', fallback: '20' }
const until: Parameter = {
  kind: 'time',
  about: 'the end of the time that is looked at',
  fallback: (now) => iso(now).slice(0, 19),
}
const filter = (about: string): Parameter => ({ kind: 'filter', about: `of this ${about} alone`, fallback: '' })
const days = (fallback: string): Parameter => ({ kind: 'whole', about: 'how many days before it', fallback })

export const QUESTIONS: readonly Question[] = [
  question(1, 'active-premium', 'clickhouse', {
    until: {
      kind: 'day',
      about: 'the day after the last one that is looked at',
      fallback: (now) => iso(new Date(now.getTime() + 86_400_000)).slice(0, 10),
    },
    days: days('7'),
    countries: { kind: 'whole', about: 'countries at most', fallback: '10' },
  }),
  question(2, 'shared-accounts', 'postgres', {
    score: { kind: 'share', about: 'the least score, 0 to 1', fallback: '0.5' },
    limit,
  }),
  question(3, 'next-tracks', 'clickhouse', {
    account: { kind: 'text', about: 'the listener: the subject of the access token' },
    until,
    days: days('28'),
    limit,
  }),
  question(4, 'churn', 'clickhouse', {
    at: { ...until, about: 'the moment of the forecast: nothing from then on is looked at' },
    limit,
  }),
  question(5, 'campaigns', 'clickhouse', {
    from: {
      kind: 'time',
      about: 'the beginning of the time that is looked at',
      fallback: (now) => iso(new Date(now.getTime() - 28 * 86_400_000)).slice(0, 19),
    },
    until,
    country: filter('country, as DE,'),
    plan: filter('plan'),
    device_kind: filter('kind of device'),
    limit,
  }),
  question(6, 'artists-owed', 'postgres', {
    month: { kind: 'month', about: 'the first day of the month', fallback: (now) => `${iso(now).slice(0, 7)}-01` },
    limit,
  }),
]

/** What became of those that `churn` is about: not a question of analysts, but how its forecast is measured. */
export const churnOutcome: Question = question(4, 'churn-outcome', 'clickhouse', {
  at: { kind: 'time', about: 'the moment of the forecast' },
})

export const questionNamed = (name: string): Question | undefined => QUESTIONS.find((each) => each.name === name)

function question(
  number: number,
  name: string,
  store: Question['store'],
  parameters: Question['parameters'],
): Question {
  const sql = readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8')
  const lines = sql.split('\n')
  const end = lines.findIndex((line) => !line.startsWith('--'))
  const comment = lines.slice(0, end).map((line) => line.replace(/^-- ?/, ''))
  const query = lines.slice(end).join('\n')
  return { number, name, store, parameters, title: comment[0] ?? '', definition: comment.join('\n'), query, sql }
}
