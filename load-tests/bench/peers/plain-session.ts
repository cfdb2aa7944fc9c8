/**
 * Owns the session of the peers: what our gateway does for one, written as it is usually written. A token checked by jose, a session in Redis that can be
 * gone on with, positions as evidence, telemetry into Kafka, addresses by the client of the store. No lanes, no limits, no leases, no replay: less than ours.
 */

import { randomUUID } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { kafkaConfig } from '../../../infra/kafka/config.ts'
import { createPlaybackLog } from '../../../infra/kafka/producer.ts'
import { createMinioClient } from '../../../infra/minio/client.ts'
import { minioConfig } from '../../../infra/minio/config.ts'
import { chunkKey } from '../../../infra/minio/keys.ts'
import { createRedis } from '../../../infra/redis/client.ts'
import { redisConfig } from '../../../infra/redis/config.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import { createLogger } from '../../../infra/runtime/log.ts'
import { encodeRecord } from '../../../protocol/events/record-codec.ts'
import type { Credit } from '../../../protocol/messages/credit.ts'
import type { Heartbeat } from '../../../protocol/messages/heartbeat.ts'
import type { Telemetry } from '../../../protocol/messages/telemetry.ts'
import { plainMsgpack } from '../../../protocol/plain-msgpack.ts'

export interface PlainSession {
  readonly id: string
  readonly account: string
  ticket: string
  seq: number
  streamId: string
  trackId: string
  positionMs: number
  atMs: number
  claimedMs: number
  elapsedMs: number
  bufferMs: number
  dirty: boolean
}

const LIVES_S = 600
const URL_LIVES_S = 60
const SAVE_EVERY_MS = 5_000

export function createPlainSessions(env: NodeJS.ProcessEnv) {
  const log = createLogger('peer')
  const redis = createRedis(readEnv(env, redisConfig), log)
  const playbackLog = createPlaybackLog(
    readEnv(env, (read) => kafkaConfig(read, 'gateway')),
    'segue-bench-peer',
    log,
  )
  const minio = readEnv(env, (read) => minioConfig(read, 'gateway'))
  const store = createMinioClient(minio)
  const keys = createRemoteJWKSet(new URL(env.SEGUE_JWKS_URL ?? ''))
  const checks = { issuer: env.SEGUE_ISSUER_URL ?? '', audience: 'segue-gateway', algorithms: ['ES256', 'RS256'] }
  const dirty = new Set<PlainSession>()

  const save = async (session: PlainSession) => {
    session.dirty = false
    await redis.set(`bench:session:${session.ticket}`, Buffer.from(plainMsgpack.pack(session)), 'EX', LIVES_S)
  }
  setInterval(() => {
    for (const session of dirty) void save(session)
    dirty.clear()
  }, SAVE_EVERY_MS)

  return {
    async signIn(token: string): Promise<PlainSession> {
      const { payload } = await jwtVerify(token, keys, checks)
      const nowMs = Date.now()
      const session: PlainSession = {
        ...{ id: randomUUID(), account: payload.sub ?? '', ticket: randomUUID(), seq: 0, streamId: '', trackId: '' },
        ...{ positionMs: 0, atMs: nowMs, claimedMs: 0, elapsedMs: 0, bufferMs: 0, dirty: false },
      }
      await save(session)
      return session
    },
    async resume(ticket: string): Promise<PlainSession | undefined> {
      const bytes = await redis.getdelBuffer(`bench:session:${ticket}`)
      if (bytes === null) return undefined
      const session = { ...(plainMsgpack.unpack(bytes) as PlainSession), ticket: randomUUID() }
      await save(session)
      return session
    },
    async play(session: PlainSession, trackId: string, positionMs: number): Promise<void> {
      Object.assign(session, { streamId: randomUUID(), trackId, positionMs, atMs: Date.now() })
      session.seq += 1
      await save(session)
    },
    heartbeat(session: PlainSession, message: Heartbeat): void {
      const nowMs = Date.now()
      session.bufferMs = message.buffer_ms ?? 0
      if (message.position_ms !== undefined && message.stream_id === session.streamId) {
        session.claimedMs += Math.max(0, message.position_ms - session.positionMs)
        session.elapsedMs += nowMs - session.atMs
        session.positionMs = message.position_ms
        session.atMs = nowMs
      }
      if (session.dirty) return
      session.dirty = true
      dirty.add(session)
    },
    async telemetry(session: PlainSession, message: Telemetry): Promise<void> {
      const who = { v: 1, account_id: session.account, session_id: session.id, device_id: 'bench' } as const
      const rest = { device_kind: 'phone', plan: 'family', country: 'DE', received_at_ms: Date.now() } as const
      const record = encodeRecord({ type: 'telemetry', ...who, ...rest, events: message.events })
      await playbackLog.append(session.account, record)
    },
    async addresses(session: PlainSession, { bitrate_kbps, next_chunk, chunks }: Credit) {
      const all = Array.from({ length: chunks }, async (_, i) => {
        const index = next_chunk + i
        const key = chunkKey(session.trackId, bitrate_kbps, index)
        return { index, url: await store.presignedGetObject(minio.bucket, key, URL_LIVES_S) }
      })
      const signed = await Promise.all(all)
      await save(session)
      return signed
    },
  }
}
