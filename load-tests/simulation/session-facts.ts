/** Owns what is known of a session from outside of the core. */

import type { Profile } from './profile.ts'
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
    reconnects: new Set(),
    open: undefined,
    gateway: '',
    aheadMs: 0,
  }
}

/** A gateway speaks for it whose clock is `aheadMs` ahead. Elapsed time is measured by the clocks of gateways: where one takes over from another, their difference may be counted. */
export function handOver(session: SessionFacts, gatewayId: string, aheadMs: number): void {
  if (session.gateway !== '' && session.gateway !== gatewayId && session.open !== undefined) {
    session.open.skewMs += Math.abs(aheadMs - session.aheadMs)
    session.open.disturbed = true
  }
  session.gateway = gatewayId
  session.aheadMs = aheadMs
}

/** Whether a resume may find it gone: it waits from its last beat on, other words are not saved; and what Redis did not take, or while it was away was not even asked to take, cannot have kept it. */
export function mayBeGone(
  { heardAtMs, savingAtMs, savedAtMs }: SessionFacts,
  { resumeWithinMs, heartbeatIntervalMs }: Profile,
  nowMs: number,
): boolean {
  return nowMs - heardAtMs >= resumeWithinMs - heartbeatIntervalMs - 1_000 || savingAtMs > savedAtMs || savedAtMs === 0
}
