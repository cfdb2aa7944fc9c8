/** Owns the doing of what the pure core asks for. */

import { chunkKey, initKey } from '../infra/minio/keys.ts'
import { isEnd, type PlayRecord } from '../protocol/events/playback-record.ts'
import { encodeRecord } from '../protocol/events/record-codec.ts'
import type { Grant } from '../protocol/messages/grant.ts'
import { isAd } from '../session/ad.ts'
import type { Effect } from '../session/effect.ts'
import { lastWill } from '../session/session.ts'
import { type Connection, whence } from './connection.ts'
import type { Context } from './context.ts'
import { addUnsent, addUpNext, type HeldSession } from './held-session.ts'
import { countRefusal, refuse } from './outbox.ts'
import { isOwn } from './unrecorded.ts'

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
        addUnsent(held, effect)
        if (effect.message.type === 'error') {
          countRefusal(context, connection, effect.message.name, effect.message.retriable)
        }
        break
      case 'suggest':
        addUpNext(held)
        break
      case 'grant':
        addUnsent(held, signed(context, held, effect, nowMs))
        break
      case 'record':
        held.unrecorded.push({ ...effect.record, ...whence(connection, nowMs) })
        break
      case 'show':
        context.leases.show(held, effect.freed)
        break
      case 'save':
        context.keeper.saveInTime(held)
        break
      case 'refuse':
        refuse(context, connection, effect.error, effect.message)
        break
    }
  }
}

function signed(
  context: Context,
  held: HeldSession,
  { streamId, track, grant }: Extract<Effect, { kind: 'grant' }>,
  nowMs: number,
): Grant {
  const fence = held.session.lease?.fence ?? 0
  const { signer, metrics } = context
  const audioId = isAd(track) ? track.creative_id : track.track_id
  // Dated by the calendar, as the store compares it with its own; the clock that we measure by may differ for a while.
  const dateMs = Date.now()
  // In whole seconds: the address must live until `expires_at_ms` from the second before.
  const lifeS = Math.ceil((dateMs + grant.expiresAtMs - nowMs) / 1000) - Math.floor(dateMs / 1000)
  const chunks = grant.chunks.map((index) => ({
    index,
    url: signer.sign(chunkKey(audioId, grant.bitrate, index), lifeS, dateMs, fence),
  }))
  metrics.chunksSigned.inc(chunks.length)
  return {
    type: 'grant',
    stream_id: streamId,
    bitrate_kbps: grant.bitrate,
    expires_at_ms: grant.expiresAtMs,
    ...(grant.withInit ? { init_url: signer.sign(initKey(audioId, grant.bitrate), lifeS, dateMs, fence) } : {}),
    chunks,
  }
}

/** Of a session that is another gateway's now: what it knows of it ends, or the reaper does. What it does not, nobody else can end. */
export function recordOwn(context: Context, held: HeldSession): void {
  held.unrecorded = held.unrecorded.filter(({ stream_id }) => isOwn(held, stream_id))
  recordRest(context, held)
}

/** No save will come: all that is known here goes to the books, and what plays ends as of its last evidence if nobody else can end it. */
export function recordRest(context: Context, held: HeldSession): void {
  const will = lastWill(held.session)
  if (will !== undefined && isOwn(held, will.stream_id)) held.unrecorded.push(will)
  for (const value of held.unrecorded.splice(0)) record(context, held, value)
}

/** An end that Kafka does not take now stays in Redis as the will of its stream, and the reaper sends that. */
export function record(context: Context, held: HeldSession, value: PlayRecord): void {
  const span = context.tracing.begin('playback.events send', 'producer')
  span?.note({ 'segue.record': value.type, 'segue.stream_id': value.stream_id })
  context.playbackLog.append(value.account_id, encodeRecord(value), span?.traceparent).then(
    () => {
      span?.end()
      context.dependencies.kafka.worked()
      if (isEnd(value)) context.keeper.settle(held.session.who.session_id, value.stream_id)
    },
    (error: unknown) => {
      span?.end(error)
      context.metrics.recordsFailed.inc({ record: value.type })
      context.dependencies.kafka.failed(error)
      if (isEnd(value)) context.keeper.amend(value)
    },
  )
}
