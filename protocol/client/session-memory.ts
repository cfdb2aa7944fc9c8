/** Owns what the client remembers of its session between two sockets: ticket, place, and until when that is worth anything. */

import type { Ready } from '../messages/ready.ts'
import type { Resume } from '../messages/resume.ts'
import type { Resumed } from '../messages/resumed.ts'

export class SessionMemory {
  #ticket: string | undefined
  #lastSeq = 0
  #resumeWithinMs = 0
  tokenExpiresAtMs = 0
  /** Of the newest `up_next`. */
  upNextRevision = 0

  /** What a `resume` needs, or undefined when there is nothing to resume. */
  get resumable(): Pick<Resume, 'ticket' | 'last_seq' | 'up_next_revision'> | undefined {
    if (this.#ticket === undefined) return undefined
    return { ticket: this.#ticket, last_seq: this.#lastSeq, up_next_revision: this.upNextRevision }
  }

  /** How long the session waits for a resume. */
  get resumeWithinMs(): number {
    return this.#resumeWithinMs
  }

  begin(ready: Ready): void {
    this.#ticket = ready.ticket
    this.#lastSeq = 0
    this.upNextRevision = 0
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
