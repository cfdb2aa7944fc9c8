/** Owns the test that what Redis has of an account is shown and erased whole, and what it has of others is neither. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { StreamEnded } from '../../protocol/events/playback-record.ts'
import { encodeRecord } from '../../protocol/events/record-codec.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import { plainMsgpack } from '../../protocol/plain-msgpack.ts'
import { newSession } from '../../session/session.ts'
import { snapshotOf } from '../../session/snapshot.ts'
import { readEnv } from '../runtime/env.ts'
import { createLogger } from '../runtime/log.ts'
import { ACCOUNT_KINDS } from './account-keys.ts'
import { createAccountStore } from './account-store.ts'
import { createAdPlaces } from './ad-places.ts'
import { createRedis, type Redis } from './client.ts'
import { redisConfig } from './config.ts'
import { createEndedSignInStore } from './ended-sign-in-store.ts'
import { eraseKeys, playsNow } from './erase-keys.ts'
import { createSessionStore } from './session-store.ts'

const HOUR_MS = 3_600_000
const NO_LIMIT = { streams: 3, perMember: 3 }
/** One is a part of the others, and a device of the last is called as the first is. */
const HIS = `keys-${uuidv7(Date.now())}`
const OTHERS = [`${HIS}2`, `a${HIS}`, `x:of:${HIS}`]

let redis: Redis
beforeAll(() => {
  redis = createRedis(readEnv(inject('stackEnv'), redisConfig), createLogger('test', 'warn'))
})
afterAll(() => redis?.disconnect())

async function plant(accountId: string): Promise<{ sessionId: string; streamId: string }> {
  const now = Date.now()
  const [sessionId, streamId, impressionId, campaignId] = Array.from({ length: 4 }, () => uuidv7(now)) as [
    string,
    string,
    string,
    string,
  ]
  const who = { v: 1, account_id: accountId, session_id: sessionId, device_id: `d-${accountId}` } as const
  const identity = { ...who, device_kind: 'web', plan: 'individual', country: 'DE' } as const
  const device = {
    accountId,
    sessionId,
    deviceId: who.device_id,
    name: HIS,
    kind: 'web',
    member: '',
    place: '',
  } as const
  const store = createAccountStore(redis, { gatewayId: 'g', leaseMs: HOUR_MS, presenceMs: HOUR_MS })
  await store.play({ ...device, shown: 'plays' }, { ...NO_LIMIT, takeOver: false })
  const session = newSession(identity, { name: HIS, member: '', place: '' })
  session.dismissed = new Set(['a-track'])
  const record: StreamEnded = {
    type: 'stream-ended',
    ...identity,
    stream_id: streamId,
    track_id: uuidv7(now),
    isrc: 'ZZSEG2600001',
    artist_id: uuidv7(now),
    started_at_ms: now,
    ended_at_ms: now,
    reason_start: 'pick',
    reason_end: 'lost',
    ms_played: 1,
    flags: [],
  } as unknown as StreamEnded
  await createSessionStore(redis, { gatewayId: 'g', waitMs: HOUR_MS }).save({
    sessionId,
    epoch: 1,
    spoken: true,
    state: plainMsgpack.pack({ session: snapshotOf(session), tokenExpiresAtMs: now + HOUR_MS }),
    stream: { streamId, accountId, record: encodeRecord(record), leaseMs: HOUR_MS },
  })
  const limits = { startsAtMs: now - 1, endsAtMs: now + HOUR_MS, mostInAll: undefined, mostOfDay: undefined }
  const booked = { bookedInAll: 0, bookedOfDay: 0, cap: 3, windowMs: HOUR_MS }
  await createAdPlaces(redis).take(
    { impressionId, campaignId, accountId, servedAtMs: now },
    { campaignId, ...limits, ...booked },
    false,
  )
  await createEndedSignInStore(redis, HOUR_MS).add({ id: `s-${accountId}`, accountId, atMs: now })
  return { sessionId, streamId }
}

const shownOf = async (accountId: string) =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(ACCOUNT_KINDS).map(async ([kind, { read }]) => [kind, await read(redis, accountId)] as const),
    ),
  )

test('each is shown what is his, and nobody what is of an account that is called alike', async () => {
  for (const accountId of [HIS, ...OTHERS]) {
    const { sessionId, streamId } = await plant(accountId)
    expect(await shownOf(accountId)).toMatchObject({
      devices: [{ session_id: sessionId, device_id: `d-${accountId}`, name: HIS, shown: 'plays' }],
      advertisements: [{ at_ms: expect.any(Number) }],
      sessions: [{ account_id: accountId, session_id: sessionId, device: { name: HIS }, dismissed: ['a-track'] }],
      open_streams: [{ stream_id: streamId, account_id: accountId }],
      ended_sign_ins: [{ sign_in: `s-${accountId}` }],
    })
  }
  for (const kind of Object.values(await shownOf(HIS))) expect(kind).toHaveLength(1)
})

test('a session that another version saved is shown as it is', async () => {
  const accountId = `older-${HIS}`
  const session = { version: 0, who: { account_id: accountId }, mood: 'calm' }
  const state = plainMsgpack.pack({ session })
  const sessionId = uuidv7(Date.now())
  const store = createSessionStore(redis, { gatewayId: 'g', waitMs: HOUR_MS })
  await store.save({ sessionId, epoch: 1, spoken: true, state, stream: undefined })
  expect((await shownOf(accountId)).sessions).toEqual([session])
})

test('an erasure takes what is his, and nothing of the others; it says what it leaves, and why', async () => {
  const before = await Promise.all(OTHERS.map(shownOf))
  expect(await playsNow(redis, HIS)).toBe(true)
  expect(await eraseKeys(redis, HIS)).toEqual(
    new Map([
      ['devices', 1],
      ['advertisements', 1],
      ['sessions', 1],
    ]),
  )
  const after = await shownOf(HIS)
  for (const [kind, { keys, kept }] of Object.entries(ACCOUNT_KINDS)) {
    expect([kind, kept !== undefined]).toEqual([kind, keys === undefined])
    expect([kind, after[kind]?.length]).toEqual([kind, keys === undefined ? 1 : 0])
  }
  expect(await Promise.all(OTHERS.map(shownOf))).toEqual(before)
  expect(await eraseKeys(redis, HIS)).toEqual(new Map())
})
