/** Owns the watch over open sockets: sign-ins that do not come, players that fell silent. */

import type { Service } from '../infra/runtime/lifecycle.ts'
import type { Context } from './context.ts'
import { close } from './outbox.ts'

const SWEEP_MS = 1_000
/** A client has this long after the expiry of its token to send a fresh one. */
const EXPIRY_GRACE_MS = 60_000

export function createMonitor(context: Context): Service {
  let timer: NodeJS.Timeout | undefined
  return {
    name: 'monitor',
    async start() {
      timer = setInterval(() => sweep(context), Math.min(SWEEP_MS, context.config.timing.heartbeatIntervalMs))
    },
    async stop() {
      clearInterval(timer)
    },
  }
}

function sweep(context: Context): void {
  const nowMs = context.now()
  const silentBeforeMs = nowMs - 2 * context.config.timing.heartbeatIntervalMs
  const expiredBeforeMs = nowMs - EXPIRY_GRACE_MS
  for (const connection of context.connections) {
    if (connection.state.at === 'greeted') {
      if (nowMs >= connection.state.deadlineMs) close(context, connection, 'authenticate_timeout')
    } else if (connection.lastHeardMs < silentBeforeMs) {
      close(context, connection, 'heartbeat_timeout')
    } else if (connection.state.at === 'ready' && connection.state.held.tokenExpiresAtMs < expiredBeforeMs) {
      close(context, connection, 'token_expired')
    }
  }
}
