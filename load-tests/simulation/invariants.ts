/** Owns the table of what must always hold. The checker names a row when it does not. */

export const INVARIANTS = {
  I1: 'no gap: numbered messages that a client sees are contiguous within a session, unless `recovered: false` said otherwise (U1, U2, Q8)',
  I2: 'no numbered message is delivered twice (U1)',
  I3: 'a request is done at most once: it begins at most one stream and gets at most one answer (P1, Q9)',
  I4: 'an acknowledged event is never lost: it is in the books (D1, T2)',
  I5: 'an event is in the books once, however often it was sent, written or read (D2, T2)',
  I6: 'a stream that began ends, once, in each book (D4, Q1)',
  I7: '`ms_played` is never above the time that elapsed (M1)',
  I8: '`ms_played` is never above the audio that was granted (M1)',
  I9: '`ms_played` is never above what the playhead moved (M1)',
  I10: 'both books hold the same end of a stream',
  I11: 'a gateway that lost a session cannot save it any more (epochs rise)',
  I12: 'nothing is granted for a stream that the client knows to be paused or over (K4)',
  I13: 'when faults end, every client is connected, every listener plays on one device, and all events are acknowledged',
  I14: 'no session is lost that still waits: a resume is refused only after `resume_within_ms` without a word (U3, U4)',
  I15: 'no defect: no handler throws, no honest client is closed for good',
  I16: 'at rest, client and session agree on what plays',
  I17: 'an honest listener is paid: what was heard of a stream counts, and is not flagged (M1, M3)',
  I18: 'at no instant of Redis do more leases live than the plan of the account pays for, nor two of one member (A1)',
  I19: 'each grant of an account has a fence above all before it (A5)',
  I20: 'who was told `evicted` neither begins nor keeps a stream by its old fence, and is granted nothing for the stream it lost (A1, A5)',
  I21: 'a late update never undoes a transfer: no beat, word or transfer by a fence that was stopped takes effect, nor what a device asked before a stream came to it (A7)',
  I22: 'what is asked of one stream never happens to another (P8)',
} as const

export type InvariantId = keyof typeof INVARIANTS

export interface Violation {
  readonly invariant: InvariantId
  readonly atMs: number
  /** A client, session or stream. */
  readonly about: string
  readonly text: string
}
