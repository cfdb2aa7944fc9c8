/** Owns the order in which a leaving gateway lets its players go: those who will not notice first, in paced waves. */

import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { close, send } from './outbox.ts'

/** One wave. */
const WAVE_MS = 100
/** The waves are spread over this when there is time, so that the gateways which stay are not stormed. */
const SPREAD_MS = 5_000
/** A slot within a wave: nobody comes back at the same instant as another. */
const SLOT_MS = 500
/** From `goaway` to the close of the socket. */
const GRACE_MS = 500
/** Kept of the deadline for what comes after: flushing, closing stores. */
const RESERVE_MS = 2_000

// By the global timer, which a simulation replaces.
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Tells every player to come back elsewhere, and closes what is still open in the end. */
export async function drain(context: Context, deadlineMs: number): Promise<void> {
  const players = [...context.connections].sort(byPatience)
  const spreadMs = Math.max(0, Math.min(SPREAD_MS, deadlineMs - Date.now() - RESERVE_MS - GRACE_MS))
  const waves = Math.max(1, Math.floor(spreadMs / WAVE_MS))
  const aWave = Math.ceil(players.length / waves)
  for (let from = 0; from < players.length; from += aWave) {
    for (const player of players.slice(from, from + aWave)) letGo(context, player)
    if (from + aWave < players.length) await wait(WAVE_MS)
  }
  if (players.length > 0) await wait(GRACE_MS)
  for (const left of [...context.connections]) close(context, left, 'going_away')
}

function letGo(context: Context, player: Connection): void {
  if (player.socket === undefined) return
  send(context, player, {
    type: 'goaway',
    reason: 'draining',
    reconnect_after_ms: Math.floor(Math.random() * SLOT_MS),
    close_after_ms: GRACE_MS,
  })
  setTimeout(() => close(context, player, 'going_away'), GRACE_MS)
}

/** Who plays nothing hears no gap; then, the more audio is held, the later a gap would come. */
function byPatience(a: Connection, b: Connection): number {
  return patienceMs(b) - patienceMs(a)
}

function patienceMs(player: Connection): number {
  if (player.state.at !== 'ready' || player.state.held.session.state.at !== 'playing') return Number.MAX_SAFE_INTEGER
  return player.bufferMs
}
