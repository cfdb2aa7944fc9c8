/** Owns the doing of what the pure core asks for. */

import { chunkKey, initKey } from '../infra/minio/keys.ts'
import type { StreamEnded, StreamStarted } from '../protocol/events/playback-record.ts'
import { encodeRecord } from '../protocol/events/record-codec.ts'
import type { Grant } from '../protocol/messages/grant.ts'
import type { ChunkGrant } from '../session/chunk-window.ts'
import type { Effect } from '../session/effect.ts'
import type { Track } from '../session/track.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import type { HeldSession } from './held-session.ts'
import { refuse, send } from './outbox.ts'

export function perform(
  context: Context,
  connection: Connection,
  held: HeldSession,
  effects: readonly Effect[],
  nowMs: number,
): void {
  for (const effect of effects) {
    switch (effect.kind) {
      case 'say':
        held.unsent.push(effect.message)
        break
      case 'grant':
        send(context, connection, signed(context, effect.streamId, effect.track, effect.grant, nowMs))
        break
      case 'record':
        record(context, held, effect.record)
        break
      case 'save':
        context.keeper.save(held)
        break
      case 'refuse':
        refuse(context, connection, effect.error, effect.message)
        break
    }
  }
}

function signed(context: Context, streamId: string, track: Track, grant: ChunkGrant, nowMs: number): Grant {
  const { signer, metrics } = context
  // The signature is dated in whole seconds: the address must live until `expires_at_ms` from the second before.
  const lifeS = Math.ceil(grant.expiresAtMs / 1000) - Math.floor(nowMs / 1000)
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

/** An end that Kafka does not take now stays in Redis as the will of its stream, and the reaper sends that. */
function record(context: Context, held: HeldSession, value: StreamStarted | StreamEnded): void {
  context.playbackLog.append(value.account_id, encodeRecord(value)).then(
    () => {
      context.logTrouble.over()
      if (value.type === 'stream-ended') context.keeper.settle(held.session.who.session_id, value.stream_id)
    },
    (error: unknown) => {
      context.metrics.recordsFailed.inc({ record: value.type })
      context.logTrouble.now(error)
      if (value.type === 'stream-ended') context.keeper.amend(value)
    },
  )
}
