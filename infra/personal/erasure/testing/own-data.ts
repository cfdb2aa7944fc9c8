/** Owns what a test expects of the copy of a listener's data: all that ClickHouse and Redis have of him, and that they have no more. */

import { expect } from 'vitest'
import { LISTENER_EVENTS } from '../../../clickhouse/listener-events.ts'
import { ACCOUNT_KINDS } from '../../../redis/account-keys.ts'
import type { Redis } from '../../../redis/client.ts'
import type { OwnData } from '../export-account.ts'
import { keysThatSay } from './rows-of.ts'

/** Something of every table, and nothing of another's. */
export function expectAllEvents(played: OwnData['played'], account: string): void {
  expect(Object.keys(played)).toEqual(Object.keys(LISTENER_EVENTS))
  for (const [table, rows] of Object.entries(played)) {
    expect(rows.length, table).toBeGreaterThan(0)
    for (const row of rows) expect(row, table).toMatchObject({ account_id: account })
  }
}

export interface Canary {
  readonly account: string
  readonly device: string
  readonly name: string
  readonly place: string
  readonly trackId: string
}

/** Of one who has listened to one track, on one device, and whom one campaign was played to. */
export async function expectAllKeys(
  remembered: OwnData['remembered'],
  redis: Redis,
  { account, device, name, place: city, trackId }: Canary,
): Promise<void> {
  const place = expect.stringContaining(city)
  const { devices = [], sessions = [], ...others } = remembered
  expect(devices).toMatchObject([{ device_id: device, name, place }])
  expect(sessions).toMatchObject([
    { account_id: account, device_id: device, device: { name, place }, played: [trackId], dismissed: [] },
  ])
  expect(others).toMatchObject({
    advertisements: [{ campaign_id: expect.any(String), impression_id: expect.any(String) }],
    open_streams: [],
    ended_sign_ins: [{ sign_in: `ended-${account}` }],
  })
  expect(Object.keys(remembered)).toEqual(Object.keys(ACCOUNT_KINDS))
  // No other key says him, or his device.
  const said = await Promise.all([account, device].map((word) => keysThatSay(redis, word)))
  expect([...new Set(said.flat())]).toHaveLength(devices.length + sessions.length + 2)
}
