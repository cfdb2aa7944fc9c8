/** Owns what of a listener a test writes as the services do, as none of their programs has a page for it: his names, what he pays by, rows of advertisements and of sharing, an event that came late, a place and an ended sign-in in Redis. */

import { uuidv7 } from '../../../../protocol/ids.ts'
import { dateTimeText } from '../../../clickhouse/playback-rows.ts'
import type { Pool } from '../../../postgres/client.ts'
import { speakAs } from '../../../postgres/speak-as.ts'
import type { Listener } from '../../../postgres/testing/two-listeners.ts'
import { createAdPlaces } from '../../../redis/ad-places.ts'
import { createEndedSignInStore } from '../../../redis/ended-sign-in-store.ts'
import type { ListenerVault } from '../../listener-vault.ts'
import { addPaymentMethod } from '../../payment-details.ts'
import type { PersonalFields } from '../../personal-fields.ts'
import type { Stores } from '../erasure.ts'

const HOUR_MS = 3_600_000

const SHARING = [
  `INSERT INTO sharing_states (account, partition, version, state, aged_until) VALUES ($1, 0, 1, convert_to($1, 'UTF8'), now())`,
  `INSERT INTO sharing_cases (account, score, highest_score, evidence, plan, detector_version, first_seen, last_seen)
   VALUES ($1, 0.9, 0.9, jsonb_build_object('of', $1::text), 'individual', 1, now(), now())`,
  `INSERT INTO sharing_case_history (account, at, kind, mark, marked_by, note) VALUES ($1, now(), 'mark', 'right', 'noor', $1)`,
  `INSERT INTO sharing_nudges VALUES ($1, now())`,
]

export interface Own {
  readonly names: PersonalFields
  readonly token: string
  readonly playlist: string
}

/** His names, what he pays by in the row that he has of it, and the title of his playlist, which everybody may find. */
export async function plantOwn(postgres: Pool, vault: ListenerVault, userId: string, own: Own): Promise<void> {
  await speakAs(postgres, { role: 'billing' }, async (client) => {
    await vault.write(client, userId, own.names)
    const { rows } = await client.query<{ id: string }>(
      'SELECT method_id AS id FROM payment_methods WHERE user_id = $1',
      [userId],
    )
    const details = { provider: 'demopay', kind: 'card', token: own.token, lastFour: '4242' } as const
    for (const { id } of rows) await addPaymentMethod(client, vault, { methodId: id, userId, ...details })
  })
  await postgres.query(`UPDATE playlists SET title = $2, visibility = 'public' WHERE owner_id = $1`, [
    userId,
    own.playlist,
  ])
}

export async function plantRows({ postgres, redis, clickhouse }: Stores, { userId, account }: Listener): Promise<void> {
  await postgres.query(
    `INSERT INTO withheld_ads (impression_id, campaign_id, creative_id, user_id, withheld_at, territory, plan, device_kind)
     SELECT gen_random_uuid(), campaign_id, creative_id, $1, now(), 'DE', 'free', 'web' FROM creatives`,
    [userId],
  )
  for (const sql of SHARING) await postgres.query(sql, [account])
  const { rows } = await postgres.query<{ id: string }>('SELECT campaign_id AS id FROM campaigns')
  const campaignId = rows[0]?.id ?? ''
  const now = Date.now()
  await createAdPlaces(redis).take(
    { impressionId: uuidv7(now), campaignId, accountId: account, servedAtMs: now },
    {
      campaignId,
      startsAtMs: now - 1_000,
      endsAtMs: now + HOUR_MS,
      mostInAll: undefined,
      mostOfDay: undefined,
      bookedInAll: 0,
      bookedOfDay: 0,
      cap: 3,
      windowMs: HOUR_MS,
    },
    false,
  )
  await createEndedSignInStore(redis, HOUR_MS).add({ id: `ended-${account}`, accountId: account, atMs: now })
  const at = dateTimeText(now)
  const ad = { campaign_id: campaignId, impression_id: uuidv7(now), kind: 'served', event_time: at, server_time: at }
  await clickhouse.insert({ table: 'ad_events', values: [{ account_id: account, ...ad }], format: 'JSONEachRow' })
  const hour = at.slice(0, 'yyyy-mm-dd hh:mm:ss'.length)
  const times = { arrived_hour: hour, hour, arrived_at: at }
  const late = { account_id: account, id: uuidv7(now), source: 'streams', version: 1, ...times }
  await clickhouse.insert({ table: 'late_events', values: [late], format: 'JSONEachRow' })
}

export interface SharedPlaylist {
  readonly playlistId: string
  readonly owner: Listener
  readonly member: Listener
  readonly title: string
}

/** A public playlist of one that another may edit, with a track by each. */
export async function plantShared(postgres: Pool, { playlistId, owner, member, title }: SharedPlaylist): Promise<void> {
  await postgres.query(
    `INSERT INTO playlists (playlist_id, owner_id, title, visibility, is_collaborative) VALUES ($1, $2, $3, 'public', true)`,
    [playlistId, owner.userId, title],
  )
  await postgres.query('INSERT INTO playlist_members VALUES ($1, $2)', [playlistId, member.userId])
  await postgres.query(
    `INSERT INTO playlist_edits (playlist_id, edited_at, user_id, kind, title) VALUES ($1, now(), $2, 'create', $3)`,
    [playlistId, owner.userId, title],
  )
  for (const [index, { userId }] of [owner, member].entries()) {
    await postgres.query(
      `INSERT INTO playlist_tracks (playlist_id, entry_id, track_id, position, added_by)
       SELECT $1, gen_random_uuid(), track_id, $2, $3 FROM tracks LIMIT 1`,
      [playlistId, 'VW'.charAt(index), userId],
    )
  }
}
