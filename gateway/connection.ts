/** Owns one socket: where it stands between greeting and closed, and the order of its requests. */

import type { WebSocket } from 'uWebSockets.js'
import type { Encoding } from '../protocol/version.ts'
import type { HeldSession } from './held-session.ts'

type State =
  /** Said hello, waits for `authenticate`. */
  | { readonly at: 'greeted'; readonly deadlineMs: number }
  /** The token is being checked. */
  | { readonly at: 'verifying' }
  | { readonly at: 'ready'; readonly held: HeldSession }
  | { readonly at: 'closed' }

/** Requests that may wait for one that looks something up. */
const MOST_WAITING = 64

export interface Connection {
  socket: WebSocket<Connection> | undefined
  readonly encoding: Encoding
  state: State
  lastHeardMs: number
  /** Messages refused since `refusedSinceMs`. */
  refused: number
  refusedSinceMs: number
  /** Audio ahead of the playhead, as of the last heartbeat. */
  bufferMs: number
  /** Telemetry that Kafka has not yet acknowledged. */
  batchesUnderWay: number
  /** The request under way that is not yet done, and how many wait behind it. */
  turn: Promise<void> | undefined
  waiting: number
}

export function newConnection(encoding: Encoding, nowMs: number): Connection {
  return {
    socket: undefined,
    encoding,
    state: { at: 'closed' },
    lastHeardMs: nowMs,
    refused: 0,
    refusedSinceMs: nowMs,
    bufferMs: 0,
    batchesUnderWay: 0,
    turn: undefined,
    waiting: 0,
  }
}

/**
 * Does `work` after the requests that came before it: at once when none is under way.
 * False: too many wait, nothing was done.
 */
export function inTurn(
  connection: Connection,
  work: () => void | Promise<void>,
  failed: (error: unknown) => void,
): boolean {
  if (connection.turn === undefined) {
    const underWay = work()
    if (underWay !== undefined) follow(connection, underWay, failed)
    return true
  }
  if (connection.waiting >= MOST_WAITING) return false
  connection.waiting += 1
  follow(
    connection,
    connection.turn.then(() => {
      connection.waiting -= 1
      return work()
    }),
    failed,
  )
  return true
}

function follow(connection: Connection, work: Promise<void>, failed: (error: unknown) => void): void {
  const turn = work.catch(failed).finally(() => {
    if (connection.turn === turn) connection.turn = undefined
  })
  connection.turn = turn
}
