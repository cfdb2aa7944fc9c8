/** Owns what is known of a session from outside of the core. */

import type { StreamFacts } from './stream-facts.ts'

export interface SessionFacts {
  readonly client: string
  maxEpoch: number
  heardAtMs: number
  savedAtMs: number
  savingAtMs: number
  begins: number
  /** The stream that a request began, as said. */
  readonly beganBy: Map<number, string>
  /** When each of them was heard first. */
  readonly begunAtMs: Map<number, number>
  readonly answered: Set<number>
  /** Requests to go on with a stream that was lost. */
  readonly reconnects: Set<number>
  /** The stream that its client knows to be open. */
  open: StreamFacts | undefined
  gateway: string
  aheadMs: number
}

export function newSessionFacts(client: string, nowMs: number): SessionFacts {
  return {
    client,
    maxEpoch: 0,
    heardAtMs: nowMs,
    savedAtMs: 0,
    savingAtMs: 0,
    begins: 0,
    beganBy: new Map(),
    begunAtMs: new Map(),
    answered: new Set(),
    reconnects: new Set(),
    open: undefined,
    gateway: '',
    aheadMs: 0,
  }
}
