import { describe, expect, it } from 'vitest'
import { GRANT_POLICY } from './chunk-window.ts'
import { STREAM_ID, TRACK_ID } from './fixtures.ts'
import { MOST_REPLAYED } from './numbered.ts'
import { credit, heartbeat, pause, resume } from './requests.ts'
import { forgetLost, resumeSession, stateNow, upNextNow } from './resumption.ts'
import { lastWill } from './session.ts'
import { sessionFrom, snapshotOf } from './snapshot.ts'
import { beat, kinds, started, T0, want } from './testing/playing-session.ts'

const at = (positionMs: number) => ({ streamId: STREAM_ID, positionMs })

describe('numbered messages', () => {
  it('Q8 count from 1 without gap, whatever they are', () => {
    const session = started()
    const effects = [
      ...pause(session, { type: 'pause', id: 2, stream_id: STREAM_ID, position_ms: 0 }, T0),
      ...resume(session, { id: 3, stream_id: STREAM_ID }, T0, GRANT_POLICY),
      ...resume(session, { id: 4, stream_id: STREAM_ID }, T0, GRANT_POLICY),
    ]
    const said = effects.flatMap((effect) => (effect.kind === 'say' ? [effect.message] : []))
    expect(said.map(({ type, seq }) => [type, seq])).toEqual([
      ['playback', 2],
      ['playback', 3],
      ['error', 4],
    ])
    expect(session.sayings.lastRequest).toBe(4)
  })

  it('Q10 tells each change of what plays next by a revision of its own', () => {
    const session = started()
    const first = upNextNow(session).revision
    session.upNextRevision += 1
    expect(stateNow(session, T0).up_next).toEqual({ ...upNextNow(session), revision: first + 1 })
    expect(sessionFrom(snapshotOf(session))?.upNextRevision).toBe(first + 1)
  })

  it('Q8 a resume gets what it missed, in order, or is told that it cannot', () => {
    const session = started()
    for (let id = 2; id < 100; id++) pause(session, { type: 'pause', id, stream_id: STREAM_ID, position_ms: 0 }, T0)
    const { seq } = session.sayings
    const missed = (lastSeq: number) =>
      resumeSession(session, lastSeq, undefined, T0).missed?.map(({ message }) => message.seq)
    expect(missed(seq)).toEqual([])
    expect(missed(seq - 2)).toEqual([seq - 1, seq])
    expect(missed(seq - MOST_REPLAYED)).toHaveLength(MOST_REPLAYED)
    const again = sessionFrom(structuredClone(snapshotOf(session)))
    expect(missed(seq - MOST_REPLAYED - 1)).toBeUndefined()
    expect(again && resumeSession(again, seq + 1, undefined, T0).missed).toBeUndefined()
  })

  it('U2 a client that has seen another history is told the state, and numbering goes on above both', () => {
    const session = started()
    const { seq } = session.sayings
    // It saw one more, which no save ever held; meanwhile its stream was ended by another hand.
    expect(resumeSession(session, seq + 1, at(5_000), T0 + 5_000, true).missed).toBeUndefined()
    expect(session.sayings.seq).toBeGreaterThan(seq + 1)
    // The answer got lost, and it comes again.
    expect(resumeSession(session, seq + 1, at(5_000), T0 + 6_000).missed).toBeUndefined()
  })

  it('U5 the place of a resume is evidence only where the client knows what plays', () => {
    const claimed = (lastSeq: (seq: number) => number) => {
      const session = started()
      const { seq } = session.sayings
      resumeSession(session, lastSeq(seq), at(40_000), T0 + 40_000)
      const will = lastWill(session)
      return will?.type === 'stream-ended' ? will.ms_claimed : undefined
    }
    expect(claimed((seq) => seq)).toBe(40_000)
    // The answer that began this stream has not arrived: the place is of the one before.
    expect(claimed((seq) => seq - 1)).toBe(0)
    expect(claimed((seq) => seq + 1)).toBe(0)
  })

  it('M5 U5 the place of a resume is evidence for the stream that it names alone', () => {
    for (const streamId of [STREAM_ID, TRACK_ID]) {
      const session = started()
      resumeSession(session, session.sayings.seq, { streamId, positionMs: 40_000 }, T0 + 40_000)
      expect(lastWill(session)).toMatchObject({ ms_claimed: streamId === STREAM_ID ? 40_000 : 0 })
    }
  })

  it('U5 takes the place of a resume for evidence when nothing was missed, and else waits for the next', () => {
    for (const missed of [0, 1]) {
      const session = started()
      credit(session, want(0, 2), T0, GRANT_POLICY)
      const { seq } = session.sayings
      resumeSession(session, seq - missed, at(3_000), T0 + 3_000)
      expect(lastWill(session)?.ms_played).toBe(missed === 0 ? 3_000 : 0)
      heartbeat(session, beat(4_000), T0 + 4_000, GRANT_POLICY)
      expect(lastWill(session)).toMatchObject({ ms_played: 4_000, flags: [] })
    }
  })

  it('U2 M2 what a client heard in a history that no save held is not claimed: a seek may be among it', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    heartbeat(session, beat(4_000), T0 + 4_000, GRANT_POLICY)
    // It saw a seek answered, of which no save tells.
    resumeSession(session, session.sayings.seq + 1, at(50_000), T0 + 9_000)
    heartbeat(session, beat(51_000), T0 + 10_000, GRANT_POLICY)
    heartbeat(session, beat(54_000), T0 + 13_000, GRANT_POLICY)
    expect(lastWill(session)).toMatchObject({ ms_played: 7_000, ms_claimed: 7_000, flags: [] })
  })

  it('D4 a stream that the reaper ended is over, and the client is told', () => {
    const session = started()
    const effects = forgetLost(session, T0)
    expect(kinds(effects)).toEqual(['playback', 'show', 'save'])
    expect(effects[0]).toMatchObject({ message: { status: 'stopped', reason: 'lost', stream_id: STREAM_ID } })
    expect(session.state.at).toBe('idle')
    expect(forgetLost(session, T0)).toEqual([])
  })
})
