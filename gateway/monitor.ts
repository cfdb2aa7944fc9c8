/** Owns the watch over open sockets: sign-ins that do not come, players that fell silent. */

import type { Service } from '../infra/runtime/lifecycle.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import type { HeldSession } from './held-session.ts'
import { close } from './outbox.ts'

const SWEEP_MS = 1_000
/** A client has this long after the expiry of its token to send a fresh one. */
export const EXPIRY_GRACE_MS = 60_000

export function createMonitor(context: Context): Service {
  const everyMs = Math.min(SWEEP_MS, context.config.timing.heartbeatIntervalMs)
  const watch = createWatch(context, everyMs)
  let timer: NodeJS.Timeout | undefined
  return {
    name: 'monitor',
    async start() {
      watch.rest()
      timer = setInterval(watch.sweep, everyMs)
    },
    async stop() {
      clearInterval(timer)
    },
  }
}

/**
 * A sweep that comes a whole round late says that this process did not run, or that its clock was set: then frames wait
 * unread, and nobody is silent who was not heard. Everybody gets a fresh interval first.
 */
export function createWatch(context: Context, everyMs: number) {
  let dueMs = 0
  let wokeMs = Number.NEGATIVE_INFINITY
  return {
    /** Begins to count. */
    rest() {
      dueMs = context.now() + everyMs
    },
    sweep() {
      const nowMs = context.now()
      const lateMs = nowMs - dueMs
      dueMs = nowMs + everyMs
      if (lateMs > everyMs) {
        wokeMs = nowMs
        context.metrics.stalls.inc()
        context.metrics.stallSeconds.inc(lateMs / 1000)
        context.log.warn({ late_ms: Math.round(lateMs) }, 'the gateway stood still')
      }
      if (nowMs - wokeMs < context.config.timing.heartbeatIntervalMs) return
      for (const connection of context.connections) judge(context, connection, nowMs)
    },
  }
}

/** Who was away when the token expired has had no time to send a fresh one. */
function refreshByMs(held: HeldSession): number {
  return Math.max(held.tokenExpiresAtMs + EXPIRY_GRACE_MS, held.refreshByMs)
}

function judge(context: Context, connection: Connection, nowMs: number): void {
  const { state } = connection
  if (state.at === 'greeted') {
    if (nowMs >= state.deadlineMs) close(context, connection, 'authenticate_timeout')
  } else if (connection.lastHeardMs < nowMs - 2 * context.config.timing.heartbeatIntervalMs) {
    close(context, connection, 'heartbeat_timeout')
  } else if (state.at === 'ready' && nowMs > refreshByMs(state.held)) {
    close(context, connection, 'token_expired')
  }
}
