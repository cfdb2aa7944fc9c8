/** Owns what the word of another gateway, of a worker or of a command does to a session that is held here. */

import { DependencyAway } from '../infra/runtime/dependency.ts'
import { isAd } from '../session/ad.ts'
import { evict } from '../session/leasing.ts'
import { playheadMs } from '../session/listening.ts'
import { rename } from '../session/renaming.ts'
import { announce } from './announce.ts'
import { type Connection, inTurn } from './connection.ts'
import type { Context } from './context.ts'
import { hearDevices } from './devices.ts'
import { perform } from './effects.ts'
import type { GatewayWord } from './gateway-word.ts'
import { beginTrack } from './handlers/begin.ts'
import type { HeldSession } from './held-session.ts'
import { close, send } from './outbox.ts'
import { unseat } from './seat.ts'

/** @returns false for what was asked of a session that has no socket here. */
export function hearWord(context: Context, word: GatewayWord): boolean {
  if (word.kind === 'devices') hearDevices(context, word.account_id, word.list)
  else if (word.kind === 'notice') notify(context, word)
  else if (word.kind === 'announced') announce(context, word.message)
  else if (word.kind === 'taken') unseat(context, word.session_id, word.epoch)
  else {
    const connection = context.bySession.get(word.session_id)
    // Whoever lost a lease, or has another name, finds it out when it comes back.
    if (connection?.state.at !== 'ready') return word.kind !== 'commanded' && word.kind !== 'take'
    const { held } = connection.state
    if (word.kind === 'commanded') commanded(context, connection, held, word)
    else if (word.kind === 'stopped') stopped(context, connection, held, word)
    else if (word.kind === 'renamed')
      perform(context, connection, held, rename(held.session, undefined, word.name), context.now())
    else if (word.kind === 'take') take(context, connection, held, word)
  }
  return true
}

/** What was asked of a device by an older fence, or of another stream, was asked of what it no longer plays. */
function commanded(
  context: Context,
  connection: Connection,
  held: HeldSession,
  { fence, message }: Extract<GatewayWord, { kind: 'commanded' }>,
): void {
  const { lastFence, state } = held.session
  const open = state.at === 'idle' ? undefined : state.stream.streamId
  if (fence > 0 && fence < lastFence) context.metrics.errors.inc({ error: 'stale_fence' })
  else if (message.stream_id !== undefined && message.stream_id !== open) {
    context.metrics.errors.inc({ error: 'wrong_stream' })
  } else send(context, connection, message)
}

/** Every session of the account here: whoever is at one of its players may be the one who is asked. */
function notify(context: Context, word: Extract<GatewayWord, { kind: 'notice' }>): void {
  const { notices } = context.metrics
  for (const connection of context.byAccount.get(word.account_id) ?? []) {
    notices.inc({ notice: word.message.notice })
    send(context, connection, word.message)
  }
}

function stopped(
  context: Context,
  connection: Connection,
  held: HeldSession,
  word: Extract<GatewayWord, { kind: 'stopped' }>,
): void {
  // It has another lease since: the word came late.
  if (held.session.lastFence !== word.fence) return
  const nowMs = context.now()
  perform(context, connection, held, evict(held.session, word.by, nowMs), nowMs)
}

/** What another device plays goes on here, after what this client asked for before. */
function take(
  context: Context,
  connection: Connection,
  held: HeldSession,
  word: Extract<GatewayWord, { kind: 'take' }>,
): void {
  const cannot = (why: string) => notMoved(context, held, why)
  const failed = (error: unknown) => {
    if (error instanceof DependencyAway) return cannot('unavailable')
    context.log.error({ err: error }, 'a transfer could not be done')
    close(context, connection, 'internal')
  }
  if (!inTurn(connection, () => goOnWith(context, connection, held, word), failed)) cannot('overloaded')
}

/** Nobody waits for an answer: who asked was told that this device was told. */
function notMoved({ log }: Context, { session }: HeldSession, why: string): void {
  log.info({ why, session_id: session.who.session_id }, 'nothing was transferred')
}

async function goOnWith(
  context: Context,
  connection: Connection,
  held: HeldSession,
  { from, fence }: Extract<GatewayWord, { kind: 'take' }>,
): Promise<void> {
  const source = await context.keeper.look(from.session_id)
  if (connection.state.at !== 'ready') return
  if (source === undefined || source.state.at === 'idle') return notMoved(context, held, 'nothing plays there')
  const { track, listening } = source.state.stream
  if (isAd(track)) return notMoved(context, held, 'ad_plays')
  const nowMs = context.now()
  const wish = {
    re: undefined,
    nowMs,
    trackId: track.track_id,
    positionMs: Math.min(Math.round(playheadMs(listening, nowMs)), track.duration_ms - 1),
    reason: 'transfer',
    endReason: 'stopped',
    endPositionMs: undefined,
    endStreamId: undefined,
    upNext: source.upNext,
    instead: { deviceId: from.device_id, fence },
  } as const
  await beginTrack(context, connection, held, wish, (found) => notMoved(context, held, found ?? 'unknown'))
}
