/** Owns the stages at which a frame may find a connection, and how a connection is brought there without a network. */

import { type ClientSocket, type Connection, newConnection } from '../../gateway/connection.ts'
import { hold } from '../../gateway/held-session.ts'
import { forgetWaiting } from '../../gateway/outbox.ts'
import { leaveSeat, seat } from '../../gateway/seat.ts'
import { PLAYBACK_RECORD_VERSION } from '../../protocol/events/playback-record.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import type { Encoding } from '../../protocol/version.ts'
import { begin } from '../../session/requests.ts'
import { newSession } from '../../session/session.ts'
import type { BenchGateway } from './bench-gateway.ts'
import { TRACKS } from './fakes.ts'

export const STAGES = ['greeted', 'verifying', 'ready', 'playing'] as const
export type Stage = (typeof STAGES)[number]

/** What a socket was told. */
export interface Told {
  said(frame: Uint8Array | string): void
  /** Called before the gateway hears that the socket is gone. */
  closed(code: number): void
}

/** As much of uWebSockets.js as the outbox uses; whoever uses it after its end is thrown at, as there. */
export class BenchSocket implements ClientSocket {
  readonly #told: Told
  readonly #slow: boolean
  #buffered = 0
  #closed = false
  /** What the end of the socket does at the gateway, at once. */
  gone: () => void = () => undefined

  /** @param slow reads only when it is told to, so that the lanes have their part */
  constructor(told: Told, slow: boolean) {
    this.#told = told
    this.#slow = slow
  }

  send(frame: Uint8Array | string): number {
    this.#mustBeOpen()
    this.#told.said(frame)
    if (!this.#slow) return HANDED_ON
    this.#buffered += frame.length
    return WAITS
  }

  getBufferedAmount(): number {
    this.#mustBeOpen()
    return this.#buffered
  }

  end(code: number): void {
    this.#mustBeOpen()
    this.#closed = true
    this.#told.closed(code)
    this.gone()
  }

  cork(work: () => void): void {
    this.#mustBeOpen()
    work()
  }

  /** The client has read what was in the socket. */
  read(): void {
    this.#buffered = 0
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new Error('a socket was used after its end')
  }
}

const HANDED_ON = 1
const WAITS = 0

/** A new connection at `stage`. */
export function connectionAt(gateway: BenchGateway, stage: Stage, encoding: Encoding, socket: BenchSocket): Connection {
  const { context, clock, account } = gateway
  const { timing, limits } = context.config
  const connection = newConnection(encoding, limits.messages.burst, clock.nowMs)
  connection.socket = socket
  socket.gone = () => hangUp(gateway, connection)
  context.connections.add(connection)
  if (stage === 'greeted') {
    connection.state = { at: 'greeted', deadlineMs: clock.nowMs + timing.authenticateWithinMs }
    return connection
  }
  if (stage === 'verifying') {
    connection.state = { at: 'verifying' }
    return connection
  }
  const session = newSession(
    {
      ...{ v: PLAYBACK_RECORD_VERSION, account_id: account.id, session_id: uuidv7(clock.nowMs), device_id: 'bench' },
      ...{ device_kind: 'web', plan: 'individual', country: 'DE' },
    },
    { name: 'Kitchen', member: '', place: 'DE' },
  )
  const held = hold(session, 1, clock.nowMs + 3_600_000)
  seat(context, connection, held)
  const [track] = TRACKS
  if (stage === 'playing' && track !== undefined) {
    const streamId = uuidv7(clock.nowMs)
    const wish = { re: 1, streamId, track, upNext: [], positionMs: 0, reason: 'pick', endReason: 'pick' } as const
    begin(session, { ...wish, endPositionMs: undefined, endStreamId: undefined }, clock.nowMs)
  }
  context.keeper.save(held)
  return connection
}

/** As when the socket is gone: the session stays where it is saved. */
export function hangUp({ context }: BenchGateway, connection: Connection): void {
  forgetWaiting(context, connection)
  connection.socket = undefined
  leaveSeat(context, connection)
  context.connections.delete(connection)
}
