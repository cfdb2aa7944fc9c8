/** Owns one socket: where it stands between greeting and closed, and the order of its requests. */

import type { CloseName } from '../protocol/close-codes.ts'
import type { Network } from '../protocol/events/network.ts'
import type { FrameText } from '../protocol/heartbeat-frame.ts'
import type { Encoding } from '../protocol/version.ts'
import type { HeldSession } from './held-session.ts'
import type { Lanes } from './lanes.ts'
import type { ClientNetwork } from './network-of.ts'
import type { Bucket } from './token-bucket.ts'
import type { Guest } from './waiting-room.ts'

type State =
  /** Said hello, waits for `authenticate`. */
  | { readonly at: 'greeted'; readonly deadlineMs: number }
  /** The token is being checked. */
  | { readonly at: 'verifying' }
  | { readonly at: 'ready'; readonly held: HeldSession }
  | { readonly at: 'closed' }

/** How many may wait for one that looks something up. A refusal costs little, and is an answer that must keep its place. */
const MOST_WAITING = { request: 64, refusal: 1_000 } as const
type InTurn = keyof typeof MOST_WAITING

/** What the gateway uses of a socket of uWebSockets.js. */
export interface ClientSocket {
  send(frame: Uint8Array | string, isBinary: boolean): number
  getBufferedAmount(): number
  end(code: number, name: string): void
  /** What `work` sends goes in one write. */
  cork(work: () => void): unknown
}

export interface Connection extends Guest {
  socket: ClientSocket | undefined
  readonly encoding: Encoding
  /** Where the client speaks from; undefined when there is no network to speak of. */
  network: ClientNetwork | undefined
  state: State
  lastHeardMs: number
  /** What waits while the client does not read; undefined while it does. */
  lanes: Lanes | undefined
  /** Closed with this as soon as the client has read what it is still told. */
  closing: CloseName | undefined
  /** Of messages. */
  readonly rate: Bucket
  /** Messages refused since `refusedSinceMs`: as wrong, and as too many. */
  refused: number
  hurried: number
  refusedSinceMs: number
  /** The stream that its heartbeats were about last, as they name it. */
  openStream: FrameText | undefined
  /** Audio ahead of the playhead, as of the last heartbeat. */
  bufferMs: number
  /** Telemetry that Kafka has not yet acknowledged. */
  batchesUnderWay: number
  searchesUnderWay: number
  /** The `id` of the newest search: as one types on, those before it are about nothing that is still looked for. */
  newestSearch: number
  /** The request under way that is not yet done, and how many wait behind it. */
  turn: Promise<void> | undefined
  readonly waiting: Record<InTurn, number>
}

export function newConnection(
  encoding: Encoding,
  messagesBurst: number,
  nowMs: number,
  guest: Guest = { purpose: 'sign_in', address: '' },
): Connection {
  return {
    purpose: guest.purpose,
    address: guest.address,
    socket: undefined,
    encoding,
    network: undefined,
    state: { at: 'closed' },
    lastHeardMs: nowMs,
    lanes: undefined,
    closing: undefined,
    rate: { tokens: messagesBurst, atMs: nowMs },
    refused: 0,
    hurried: 0,
    refusedSinceMs: nowMs,
    openStream: undefined,
    bufferMs: 0,
    batchesUnderWay: 0,
    searchesUnderWay: 0,
    newestSearch: 0,
    turn: undefined,
    waiting: { request: 0, refusal: 0 },
  }
}

/** The part of a record that says where its player speaks from, or spoke from last. */
export function whence({ network }: Pick<Connection, 'network'>, nowMs: number): { network?: Network } {
  return network === undefined ? {} : { network: network.at(nowMs) }
}

/**
 * Does `work` after the requests that came before it: at once when none is under way.
 * False: too many wait, nothing was done.
 */
export function inTurn(
  connection: Connection,
  work: () => void | Promise<void>,
  failed: (error: unknown) => void,
  kind: InTurn = 'request',
): boolean {
  if (connection.turn === undefined) {
    const underWay = work()
    if (underWay !== undefined) follow(connection, underWay, failed)
    return true
  }
  if (connection.waiting[kind] >= MOST_WAITING[kind]) return false
  connection.waiting[kind] += 1
  follow(
    connection,
    connection.turn.then(() => {
      connection.waiting[kind] -= 1
      return work()
    }),
    failed,
  )
  return true
}

/** Requests wait from now on until what is returned is called. */
export function holdTurn(connection: Connection): () => void {
  let release = () => {}
  const before = connection.turn
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  follow(connection, before === undefined ? held : before.then(() => held), () => {})
  return () => release()
}

function follow(connection: Connection, work: Promise<void>, failed: (error: unknown) => void): void {
  const turn = work.catch(failed).finally(() => {
    if (connection.turn === turn) connection.turn = undefined
  })
  connection.turn = turn
}
