import { describe, expect, it } from 'vitest'
import { GRANT_POLICY } from './chunk-window.ts'
import { TRACK_ID } from './fixtures.ts'
import { giveLease } from './leasing.ts'
import { credit, heartbeat, pause, resume } from './requests.ts'
import { resumeSession } from './resumption.ts'
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
    pause(session, { type: 'pause', id: 2, position_ms: 0 }, T0)
    expect(credit(session, want(0, 2), T0, GRANT_POLICY)).toEqual([])
    expect(heartbeat(session, beat(0), T0 + 1, GRANT_POLICY).some((effect) => effect.kind === 'grant')).toBe(false)
    giveLease(session, LEASE)
    const effects = resume(session, 3, T0 + 2, GRANT_POLICY)
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
