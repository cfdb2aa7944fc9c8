import { describe, expect, it } from 'vitest'
import { GRANT_POLICY } from './chunk-window.ts'
import type { Effect } from './effect.ts'
import { aTrack, DEVICE, STREAM_ID } from './fixtures.ts'
import { evict, giveLease, isStale, renewLease } from './leasing.ts'
import { begin, credit, heartbeat } from './requests.ts'
import { forgetLost } from './resumption.ts'
import { sessionFrom, snapshotOf } from './snapshot.ts'
import {
  beat,
  chunksOf,
  ended,
  FENCE,
  INPUTS,
  type Input,
  kinds,
  STATES,
  started,
  T0,
  want,
} from './testing/playing-session.ts'

describe('stream leases', () => {
  const by = { device_id: 'tv', name: 'Living room', kind: 'tv' } as const
  const freedBy = (effects: readonly Effect[]) =>
    effects.flatMap((effect) => (effect.kind === 'show' ? [effect.freed] : []))

  it('Q11 grants nothing by a lease that has run out, and goes on when it is renewed', () => {
    const session = started()
    giveLease(session, { fence: FENCE, untilMs: T0 + 1_000 })
    expect(chunksOf(credit(session, want(0, 1), T0 + 999, GRANT_POLICY))).toEqual([0])
    expect(credit(session, want(1, 1), T0 + 1_000, GRANT_POLICY)).toEqual([])
    expect(renewLease(session, { fence: FENCE, untilMs: T0 + 9_000 }, T0 + 1_001)).toEqual([])
    expect(chunksOf(credit(session, want(1, 1), T0 + 1_002, GRANT_POLICY))).toEqual([1])
  })

  it('Q11 tells who plays on of a new fence', () => {
    const session = started()
    const [said] = renewLease(session, { fence: FENCE + 1, untilMs: T0 + 9_000 }, T0)
    expect(said).toMatchObject({ message: { type: 'playback', status: 'playing', fence: FENCE + 1 } })
  })

  it('Q12 gives its lease back whenever it plays no more, and only then', () => {
    const gives = (input: Input) => freedBy(INPUTS[input](started()))
    expect(gives('pause')).toEqual([FENCE])
    expect(gives('stop')).toEqual([FENCE])
    expect(gives('begin')).toEqual([0])
    expect(gives('seek')).toEqual([0])
    expect(freedBy(forgetLost(started(), T0))).toEqual([FENCE])
    // Another device has it: there is nothing to give back.
    expect(freedBy(evict(started(), by, T0))).toEqual([0])
  })

  it('Q13 ends the stream of who is stopped, says who plays instead, and takes its fence no more', () => {
    const session = started()
    heartbeat(session, beat(1_000), T0 + 1_000, GRANT_POLICY)
    const effects = evict(session, by, T0 + 2_000)
    expect(ended(effects)).toMatchObject({ reason_end: 'evicted', ended_at_ms: T0 + 1_000 })
    expect(effects.find((effect) => effect.kind === 'say')).toMatchObject({
      message: { status: 'stopped', reason: 'evicted', by },
    })
    expect(session.state.at).toBe('idle')
    expect(isStale(session, FENCE)).toBe(true)
    expect(isStale(session, undefined)).toBe(false)
    giveLease(session, { fence: FENCE + 5, untilMs: T0 + 9_000 })
    expect(isStale(session, FENCE + 5)).toBe(false)
    expect(isStale(session, FENCE)).toBe(true)
  })

  it('Q13 after a transfer to here, what was asked by an older fence was about another stream', () => {
    const session = started()
    giveLease(session, { fence: FENCE + 5, untilMs: T0 + 9_000 })
    const transfer = {
      re: undefined,
      reason: 'transfer',
      endReason: 'stopped',
      endPositionMs: undefined,
      endStreamId: undefined,
    } as const
    begin(session, { ...transfer, streamId: STREAM_ID, track: aTrack(), positionMs: 0, upNext: [] }, T0 + 1_000)
    expect(isStale(session, FENCE)).toBe(true)
    expect(isStale(session, FENCE + 5)).toBe(false)
  })

  it('Q13 stops one that is paused, too, once', () => {
    const session = STATES.paused()
    expect(kinds(evict(session, by, T0))).toEqual(['record', 'playback', 'show', 'save'])
    expect(evict(session, by, T0)).toEqual([])
  })

  it('Q14 is the same lease at whichever gateway goes on with the session', () => {
    const session = started()
    evict(session, undefined, T0)
    giveLease(session, { fence: 9, untilMs: T0 + 5 })
    session.volumePercent = 40
    const again = sessionFrom(snapshotOf(session))
    expect(again).toMatchObject({
      lease: { fence: 9 },
      lastFence: 9,
      staleFence: FENCE,
      volumePercent: 40,
      device: DEVICE,
    })
  })
})
