/** Owns the first words over a new socket: `resume` where there is a session to resume, `authenticate` where there is none (S1, U1). */

import type { CloseName } from '../close-codes.ts'
import type { ErrorMessage } from '../messages/error.ts'
import type { Resume } from '../messages/resume.ts'
import type { ClientOptions } from './options.ts'
import { SignedOut } from './segue-error.ts'
import type { SessionMemory } from './session-memory.ts'
import { GIVEN_UP, type SocketLink } from './socket-link.ts'

export interface HandshakeParts {
  readonly options: ClientOptions
  readonly memory: SessionMemory
  nextId(): number
  /** Where the playhead of the open stream is, as far as that may be told (U5). */
  place(): Pick<Resume, 'stream_id' | 'position_ms'>
  /** Whether `link` is still the one in use. */
  isCurrent(link: SocketLink): boolean
  /** The listener is signed out: there is no token to be had. */
  signedOut(reason: string): void
}

export class Handshake {
  readonly #parts: HandshakeParts
  #resumeId = 0
  #refreshToken = false
  #device: ClientOptions['device']

  constructor(parts: HandshakeParts) {
    this.#parts = parts
    this.#device = parts.options.device
  }

  /** The listener calls the device otherwise. */
  renamed(name: string): void {
    this.#device = { ...this.#device, name }
  }

  /** The gateway has said `hello` over `link`. */
  greeted(link: SocketLink): void {
    const session = this.#parts.memory.resumable
    if (session === undefined) void this.#authenticate(link)
    else this.#resume(link, session)
  }

  /** Whether the error was the answer to `resume`. */
  refused(link: SocketLink, error: ErrorMessage): boolean {
    if (error.re === undefined || error.re !== this.#resumeId) return false
    if (error.retriable) {
      link.drop(GIVEN_UP)
    } else {
      this.#parts.memory.forget()
      void this.#authenticate(link)
    }
    return true
  }

  /** The socket was closed with a code that says how to begin the next time. */
  closed(name: CloseName | 'unknown'): void {
    if (name === 'token_expired') {
      this.#refreshToken = true
      // After a resume the fresh one is sent at once, whatever this side took for its expiry.
      this.#parts.memory.tokenExpiresAtMs = 0
    }
    if (name === 'ticket_invalid' || name === 'ticket_used') this.#parts.memory.forget()
  }

  async #authenticate(link: SocketLink): Promise<void> {
    const { options } = this.#parts
    try {
      const token = await options.token(this.#refreshToken)
      this.#refreshToken = false
      link.send({ type: 'authenticate', token, device: this.#device })
    } catch (error) {
      if (!this.#parts.isCurrent(link)) return
      if (error instanceof SignedOut) this.#parts.signedOut(error.message)
      // The issuer is away, or the network is: that passes.
      else link.drop(GIVEN_UP)
    }
  }

  #resume(link: SocketLink, session: NonNullable<SessionMemory['resumable']>): void {
    this.#resumeId = this.#parts.nextId()
    link.send({ type: 'resume', id: this.#resumeId, ...session, ...this.#parts.place() })
  }
}
