import { describe, expect, it } from 'vitest'
import { GRANT_POLICY } from './chunk-window.ts'
import type { Effect } from './effect.ts'
import { aTrack, STREAM_ID, TRACK_ID } from './fixtures.ts'
import { giveLease } from './leasing.ts'
import { begin, credit, heartbeat, pause, refuseNext, resume, seek, stop } from './requests.ts'
import { resumeSession } from './resumption.ts'
import { lastWill, type Session } from './session.ts'
import { snapshotOf } from './snapshot.ts'
import {
  type At,
  beat,
  chunksOf,
  INPUTS,
  type Input,
  kinds,
  LEASE,
  STATES,
  started,
  stopAt,
  T0,
  want,
} from './testing/playing-session.ts'

const BEGINS = ['record', 'playback', 'suggest', 'show', 'save']

/** State × input → the next state and the effects: the table of SPEC.md. */
const TABLE: Record<At, Record<Input, readonly [At, readonly string[]]>> = {
  idle: {
    begin: ['playing', BEGINS],
    resume: ['idle', ['refuse not_paused', 'save']],
    pause: ['idle', ['refuse no_stream', 'save']],
    seek: ['idle', ['refuse no_stream', 'save']],
    credit: ['idle', ['refuse no_stream']],
    heartbeat: ['idle', ['save']],
    stop: ['idle', ['refuse no_stream', 'save']],
  },
  playing: {
    begin: ['playing', ['record', ...BEGINS]],
    resume: ['playing', ['refuse not_paused', 'save']],
    pause: ['paused', ['playback', 'show', 'save']],
    seek: ['playing', ['playback', 'show', 'save']],
    credit: ['playing', ['grant', 'save']],
    heartbeat: ['playing', ['save']],
    stop: ['idle', ['record', 'playback', 'show', 'save']],
  },
  paused: {
    begin: ['playing', ['record', ...BEGINS]],
    resume: ['playing', ['playback', 'show', 'save']],
    pause: ['paused', ['playback', 'show', 'save']],
    seek: ['paused', ['playback', 'show', 'save']],
    credit: ['paused', []],
    heartbeat: ['paused', ['save']],
    stop: ['idle', ['record', 'playback', 'show', 'save']],
  },
}

describe('state × input', () => {
  for (const [at, row] of Object.entries(TABLE) as [At, (typeof TABLE)[At]][]) {
    for (const [input, [next, effects]] of Object.entries(row) as [Input, (typeof row)[Input]][]) {
      it(`${at} × ${input} → ${next}`, () => {
        const session = STATES[at]()
        expect(kinds(INPUTS[input](session))).toEqual(effects)
        expect(session.state.at).toBe(next)
      })
    }
  }
})

describe('P8 Q16 a request that names a stream that is not the open one', () => {
  const stream_id = TRACK_ID
  const butForAnswers = (session: Session) => ({
    ...structuredClone(snapshotOf(session)),
    seq: 0,
    lastRequest: 0,
    replay: 0,
  })
  const NAMING: Record<string, (session: Session) => readonly Effect[] | undefined> = {
    pause: (session) => pause(session, { type: 'pause', id: 2, stream_id, position_ms: 9_000 }, T0 + 9_000),
    seek: (session) => seek(session, { type: 'seek', id: 2, stream_id, from_ms: 9_000, position_ms: 0 }, T0 + 9_000),
    stop: (session) => stop(session, { ...stopAt(9_000, 2), stream_id }, T0 + 9_000),
    next: (session) =>
      refuseNext(session, { type: 'next', id: 2, stream_id, position_ms: 9_000, reason: 'next' }, T0 + 9_000),
    resume: (session) => resume(session, { id: 2, stream_id }, T0 + 9_000, GRANT_POLICY),
    'resume of none': (session) => resume(session, { id: 2 }, T0 + 9_000, GRANT_POLICY),
  }
  for (const [name, ask] of Object.entries(NAMING)) {
    for (const at of ['playing', 'paused'] as const) {
      it(`${at} × ${name} → refused, and nothing is done`, () => {
        const session = STATES[at]()
        const before = butForAnswers(session)
        const error = at === 'playing' && name.startsWith('resume') ? 'not_paused' : 'wrong_stream'
        expect(kinds(ask(session) ?? [])).toEqual([`refuse ${error}`, 'save'])
        expect(butForAnswers(session)).toEqual(before)
      })
    }
  }

  it('A7 what was asked on trust, before a stream was moved here, leaves that stream alone', () => {
    const session = started()
    giveLease(session, { ...LEASE, fence: 0 })
    const moved = {
      re: undefined,
      streamId: TRACK_ID,
      track: aTrack(),
      positionMs: 30_000,
      reason: 'transfer',
      upNext: [],
      endReason: 'stopped',
      endPositionMs: undefined,
      endStreamId: undefined,
    } as const
    begin(session, moved, T0 + 5_000)
    const late = { type: 'seek', id: 2, stream_id: STREAM_ID, from_ms: 5_000, position_ms: 10_000 } as const
    expect(kinds(seek(session, late, T0 + 5_001))).toEqual(['refuse wrong_stream', 'save'])
    expect(lastWill(session)).toMatchObject({ stream_id: TRACK_ID, position_ms: 30_000 })
  })

  it('P5 P8 `next` without an open stream begins nothing', () => {
    const next = { type: 'next', id: 2, stream_id: STREAM_ID, position_ms: 0, reason: 'next' } as const
    expect(kinds(refuseNext(STATES.idle(), next, T0) ?? [])).toEqual(['refuse no_stream', 'save'])
    expect(refuseNext(started(), next, T0)).toBeUndefined()
  })
})

describe('chunks by credit', () => {
  it('K2 Q5 grants the window up to the look-ahead, once', () => {
    const session = started()
    expect(chunksOf(credit(session, want(0, 64), T0, GRANT_POLICY))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(credit(session, want(0, 64), T0, GRANT_POLICY)).toEqual([])
    expect(chunksOf(credit(session, want(1, 64), T0 + 4_000, GRANT_POLICY))).toEqual([9])
  })

  it('K3 renews an address that is still wanted before it expires, with the init segment', () => {
    const session = started()
    credit(session, want(0, 2), T0, GRANT_POLICY)
    expect(chunksOf(heartbeat(session, beat(0), T0 + 15_000, GRANT_POLICY))).toEqual([])
    const effects = heartbeat(session, beat(0), T0 + 45_000, GRANT_POLICY)
    expect(chunksOf(effects)).toEqual([0, 1])
    expect(effects[0]).toMatchObject({ grant: { withInit: true } })
  })

  it('K3 Q5 grants again after a resume: the grant before may have been lost', () => {
    const session = started()
    credit(session, want(0, 2), T0, GRANT_POLICY)
    resumeSession(session, session.sayings.seq, undefined, T0 + 100)
    const effects = credit(session, want(1, 2), T0 + 200, GRANT_POLICY)
    expect(chunksOf(effects)).toEqual([1, 2])
    expect(effects[0]).toMatchObject({ grant: { withInit: true } })
  })

  it('K1 grants again at another bitrate, from there on', () => {
    const session = started()
    credit(session, want(0, 4), T0, GRANT_POLICY)
    const effects = credit(session, want(2, 2, 320), T0 + 100, GRANT_POLICY)
    expect(chunksOf(effects)).toEqual([2, 3])
    expect(effects[0]).toMatchObject({ grant: { bitrate: 320, withInit: true } })
  })

  it('K2 names the init segment only once a rendition', () => {
    const session = started()
    expect(credit(session, want(0, 2), T0, GRANT_POLICY)[0]).toMatchObject({ grant: { withInit: true } })
    expect(credit(session, want(2, 2), T0, GRANT_POLICY)[0]).toMatchObject({ grant: { withInit: false } })
  })

  it('K4 grants nothing while paused, and what is due when it goes on', () => {
    const session = started()
    pause(session, { type: 'pause', id: 2, stream_id: STREAM_ID, position_ms: 0 }, T0)
    expect(credit(session, want(0, 2), T0, GRANT_POLICY)).toEqual([])
    expect(heartbeat(session, beat(0), T0 + 1, GRANT_POLICY).some((effect) => effect.kind === 'grant')).toBe(false)
    giveLease(session, LEASE)
    const effects = resume(session, { id: 3, stream_id: STREAM_ID }, T0 + 2, GRANT_POLICY)
    expect(chunksOf(effects)).toEqual([0, 1])
    expect(kinds(effects)).toEqual(['playback', 'show', 'grant', 'save'])
  })

  it('P3 refuses credit for another stream, bitrate or place', () => {
    const session = started()
    const other = { ...want(0, 1), stream_id: TRACK_ID }
    expect(kinds(credit(session, other, T0, GRANT_POLICY))).toEqual(['refuse wrong_stream'])
    expect(kinds(credit(session, want(16, 1), T0, GRANT_POLICY))).toEqual(['refuse out_of_track'])
  })
})
