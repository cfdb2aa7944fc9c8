/** Owns the doing of what the pure core asks for. */

import { chunkKey, initKey } from '../infra/minio/keys.ts'
import type { StreamEnded, StreamStarted } from '../protocol/events/playback-record.ts'
import { encodeRecord } from '../protocol/events/record-codec.ts'
import type { Grant } from '../protocol/messages/grant.ts'
import type { ChunkGrant } from '../session/chunk-window.ts'
import type { Effect } from '../session/effect.ts'
import { lastWill, type Session } from '../session/session.ts'
import type { Track } from '../session/track.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { refuse, send } from './outbox.ts'

export function perform(
  context: Context,
  connection: Connection,
  session: Session,
  effects: readonly Effect[],
  nowMs: number,
): void {
  for (const effect of effects) {
    switch (effect.kind) {
      case 'playback':
        send(context, connection, effect.message)
        break
      case 'grant':
        send(context, connection, signed(context, effect.streamId, effect.track, effect.grant, nowMs))
        break
      case 'up-next':
        send(context, connection, { type: 'up_next', tracks: [...effect.tracks] })
        break
      case 'record':
        record(context, effect.record)
        break
      case 'snapshot':
        snapshot(context, session)
        break
      case 'refuse':
        refuse(context, connection, effect.error, effect.message, { re: effect.re })
        break
    }
  }
}

function signed(context: Context, streamId: string, track: Track, grant: ChunkGrant, nowMs: number): Grant {
  const { signer, metrics } = context
  const lifeS = Math.ceil((grant.expiresAtMs - nowMs) / 1000)
  const chunks = grant.chunks.map((index) => ({
    index,
    url: signer.sign(chunkKey(track.track_id, grant.bitrate, index), lifeS, nowMs),
  }))
  metrics.chunksSigned.inc(chunks.length)
  return {
    type: 'grant',
    stream_id: streamId,
    bitrate_kbps: grant.bitrate,
    expires_at_ms: grant.expiresAtMs,
    ...(grant.withInit ? { init_url: signer.sign(initKey(track.track_id, grant.bitrate), lifeS, nowMs) } : {}),
    chunks,
  }
}

/** The snapshot is best effort: playback goes on without Redis, and the failure is counted. */
function snapshot(context: Context, session: Session): void {
  const will = lastWill(session)
  if (will === undefined) return
  save(context, will)
}

function save(context: Context, ending: StreamEnded): void {
  context.leases
    .save(ending.stream_id, ending.account_id, encodeRecord(ending), context.config.timing.leaseMs)
    .catch((error: unknown) => {
      context.metrics.leasesFailed.inc()
      context.log.warn({ err: error, stream_id: ending.stream_id }, 'snapshot of a stream was not stored')
    })
}

/** An end that Kafka did not take is left to the reaper, with the right reason. */
function record(context: Context, value: StreamStarted | StreamEnded): void {
  context.playbackLog.append(value.account_id, encodeRecord(value)).then(
    () => {
      if (value.type === 'stream-ended') remove(context, value.stream_id)
    },
    (error: unknown) => {
      context.metrics.recordsFailed.inc({ record: value.type })
      context.log.error({ err: error, stream_id: value.stream_id, record: value.type }, 'Kafka did not take a record')
      if (value.type === 'stream-ended') save(context, value)
    },
  )
}

function remove(context: Context, streamId: string): void {
  context.leases.remove(streamId).catch((error: unknown) => {
    // The reaper will end the stream once more, which is harmless: the first end counts.
    context.metrics.leasesFailed.inc()
    context.log.warn({ err: error, stream_id: streamId }, 'snapshot of an ended stream was not removed')
  })
}
