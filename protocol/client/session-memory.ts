/** Owns what the client remembers of its session between two sockets: ticket, place, and until when that is worth anything. */

import type { Ready } from '../messages/ready.ts'
import type { Resumed } from '../messages/resumed.ts'

export class SessionMemory {
  #ticket: string | undefined
  #lastSeq = 0
  #resumeWithinMs = 0
  tokenExpiresAtMs = 0

  /** What a `resume` needs, or undefined when there is nothing to resume. */
  get resumable(): { readonly ticket: string; readonly last_seq: number } | undefined {
    return this.#ticket === undefined ? undefined : { ticket: this.#ticket, last_seq: this.#lastSeq }
  }

  /** How long the session waits for a resume. */
  get resumeWithinMs(): number {
    return this.#resumeWithinMs
  }

  begin(ready: Ready): void {
    this.#ticket = ready.ticket
    this.#lastSeq = 0
    this.#resumeWithinMs = ready.resume_within_ms
    this.tokenExpiresAtMs = ready.token_expires_at_ms
  }

  goOn(resumed: Resumed): void {
    this.#ticket = resumed.ticket
    this.#resumeWithinMs = resumed.resume_within_ms
    // Not recovered: the state came with it, and what follows is counted from there.
    if (!resumed.recovered) this.#lastSeq = resumed.seq
  }

  forget(): void {
    this.#ticket = undefined
    this.#lastSeq = 0
  }

  /** Whether a numbered message is the next one; one that came before is passed over, a gap is a defect. */
  place(seq: number): 'next' | 'known' | 'gap' {
    if (seq <= this.#lastSeq) return 'known'
    if (seq !== this.#lastSeq + 1) return 'gap'
    this.#lastSeq = seq
    return 'next'
  }
}
