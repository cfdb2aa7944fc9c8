/** Owns the connection of a client: one socket at a time, and the state it is in (SPEC, "The client as a state machine"). */

import { type CloseName, closeName, isRetriableClose } from '../close-codes.ts'
import type { DownMessage } from '../messages/down.ts'
import type { ClientEvents, ClientOptions, ClientState } from './options.ts'
import { Reconnection } from './reconnection.ts'
import { GIVEN_UP, GOODBYE, SocketLink } from './socket-link.ts'
import { type News, nativeSurroundings } from './surroundings.ts'

export interface ConnectionParts {
  readonly options: ClientOptions
  became(now: ClientEvents['state']): void
  message(message: DownMessage, link: SocketLink): void
  /** The socket is gone: nothing more goes over it. */
  quiet(): void
  /** Tries whether the line still answers. */
  probe(): void
  /** The socket was closed with a code after which the client connects again. */
  closed(name: CloseName | 'unknown'): void
  /** How long the session waits for a resume; undefined when there is none. */
  resumeWithinMs(): number | undefined
  /** The session no longer waits, or `failed` for good. */
  sessionLost(reason: string, failed: boolean): void
}

export class Connection {
  readonly #parts: ConnectionParts
  readonly #reconnection = new Reconnection({
    connect: () => this.#connect(),
    sessionLost: () => this.#onSessionLost(),
  })
  #state: ClientState = 'initialized'
  #link: SocketLink | undefined
  #stopListening: (() => void) | undefined

  constructor(parts: ConnectionParts) {
    this.#parts = parts
  }

  get state(): ClientState {
    return this.#state
  }

  /** The socket in use, which may not be open yet. */
  get link(): SocketLink | undefined {
    return this.#link
  }

  open(): void {
    if (this.#state !== 'initialized' && this.#state !== 'failed') return
    const listen = this.#parts.options.surroundings ?? nativeSurroundings
    this.#stopListening = listen((news) => this.#onNews(news))
    this.#connect()
  }

  /** Connects at once instead of at the end of the wait. */
  retryNow(): void {
    if (this.#state !== 'disconnected' && this.#state !== 'suspended') return
    this.#reconnection.quiet()
    this.#connect()
  }

  /** The gateway has accepted the sign-in or the resume. */
  connected(): void {
    this.#reconnection.connected()
    this.#become('connected')
  }

  /** The gateway wants the socket gone, and says when to come back. */
  comeBackAfter(ms: number): void {
    this.#reconnection.useSlot(ms)
    this.#link?.drop(GIVEN_UP)
  }

  fail(reason: string): void {
    const link = this.#end()
    this.#parts.sessionLost(reason, true)
    link?.drop(GIVEN_UP)
    this.#become('failed', reason)
  }

  close(): void {
    const link = this.#end()
    this.#become('closed')
    link?.drop(GOODBYE)
  }

  /** R5: an open line is tried, a wait is cut short, an attempt that began in another network is given up. */
  #onNews(news: News): void {
    this.#reconnection.isOffline = news === 'offline'
    if (news === 'offline') return
    if (this.#state === 'connected') {
      this.#parts.probe()
      return
    }
    if (this.#state === 'connecting' && news === 'back' && this.#reconnection.isSlow) this.#link?.drop(GIVEN_UP)
    if (this.#state === 'disconnected' || this.#state === 'suspended') this.#reconnection.hasten()
  }

  #connect(): void {
    this.#become('connecting')
    const resuming = this.#parts.resumeWithinMs() !== undefined
    const events = {
      message: (message: DownMessage) => this.#parts.message(message, link),
      gone: (code: number) => this.#onGone(link, code),
    }
    const link: SocketLink = new SocketLink(this.#parts.options, events, resuming)
    this.#link = link
    this.#reconnection.begun(() => link.drop(GIVEN_UP))
  }

  #onGone(link: SocketLink, code: number): void {
    if (link !== this.#link) return
    this.#reconnection.quiet()
    this.#parts.quiet()
    const name = closeName(code)
    if (!isRetriableClose(code)) {
      this.fail(name)
      return
    }
    this.#parts.closed(name)
    const retryInMs = this.#reconnection.again(name, this.#parts.resumeWithinMs())
    const reason = name === 'unknown' ? 'the line broke' : name
    this.#become(this.#reconnection.isSessionLost ? 'suspended' : 'disconnected', reason, retryInMs)
  }

  #onSessionLost(): void {
    this.#parts.sessionLost('the session was lost', false)
    if (this.#state === 'disconnected') this.#become('suspended', 'the session no longer waits')
  }

  /** Lets go of the socket, which is returned, and of everything that waits. */
  #end(): SocketLink | undefined {
    const link = this.#link
    this.#link = undefined
    this.#stopListening?.()
    this.#stopListening = undefined
    this.#reconnection.stop()
    this.#parts.quiet()
    return link
  }

  #become(state: ClientState, reason?: string, retryInMs?: number): void {
    this.#state = state
    this.#parts.became({
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(retryInMs === undefined ? {} : { retryInMs }),
    })
  }
}
