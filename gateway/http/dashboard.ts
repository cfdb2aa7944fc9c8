/** Owns `GET /api/dashboard` and `GET /api/dashboard/stream`: what the panels show, for a range and filters, once or as it changes. */

import type { DashboardQuery } from '../../infra/clickhouse/dashboard/dashboard.ts'
import { DEVICE_KINDS, PLANS } from '../../protocol/vocabulary.ts'
import type { LiveFeeds } from '../live-feeds.ts'
import type { Subject } from '../token-verifier.ts'
import { type Answer, type Asked, failure, json } from './answer.ts'

export interface Dashboard {
  read(query: DashboardQuery): Promise<object>
  readonly live: LiveFeeds<DashboardQuery>
}

const LONGEST_MINUTES = 7 * 24 * 60

export function createDashboard({ read }: Dashboard) {
  return async ({ query }: Asked): Promise<Answer> => {
    const asked = queryOf(query)
    return typeof asked === 'string' ? failure('invalid_message', asked) : json(await read(asked))
  }
}

/** Until the token expires, or its sign-in ends: who it speaks for may have lost the right. */
export function createDashboardStream({ live }: Dashboard, isRevoked: (subject: Subject) => boolean) {
  return ({ query }: Asked, subject: Subject): Answer => {
    const asked = queryOf(query)
    return typeof asked === 'string'
      ? failure('invalid_message', asked)
      : live.open(asked, subject.expiresAtMs, () => isRevoked(subject))
  }
}

/** What is asked for, or what is wrong with it. */
function queryOf(query: URLSearchParams): DashboardQuery | string {
  const word = (name: string, known: readonly string[]) => {
    const value = query.get(name) ?? ''
    return value === '' || known.includes(value) ? value : undefined
  }
  const minutes = Number(query.get('minutes') ?? 60)
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > LONGEST_MINUTES)
    return `minutes: a whole number from 1 to ${LONGEST_MINUTES}`
  const country = query.get('country') ?? ''
  if (!/^([A-Z]{2})?$/.test(country)) return 'country: ISO 3166-1 alpha-2'
  const plan = word('plan', PLANS)
  if (plan === undefined) return `plan: ${PLANS.join(', ')}`
  const device_kind = word('device_kind', DEVICE_KINDS)
  if (device_kind === undefined) return `device_kind: ${DEVICE_KINDS.join(', ')}`
  return { minutes, filters: { country, plan, device_kind } }
}
