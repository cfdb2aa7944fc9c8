import { describe, expect, it } from 'vitest'
import { aTrack, STREAM_ID, TRACK_ID } from './fixtures.ts'
import { type Begin, begin } from './requests.ts'
import { sessionFrom, snapshotOf } from './snapshot.ts'
import { dismiss, suggest } from './suggesting.ts'
import { kinds, started, T0 } from './testing/playing-session.ts'
import { upNextTrackOf } from './up-next.ts'

const listed = (n: number) =>
  upNextTrackOf(aTrack({ track_id: `018f0000-0000-7000-8000-00000000000${n}` }), 'by chance')

describe('suggesting', () => {
  it('Q10 Q18 tells a list that is another one, and only that', () => {
    const session = started()
    const before = session.upNextRevision
    expect(kinds(suggest(session, [listed(1), listed(2)]))).toEqual(['suggest', 'save'])
    expect(session.upNextRevision).toBe(before + 1)
    expect(suggest(session, [listed(1), listed(2)])).toEqual([])
    expect(kinds(suggest(session, [listed(2), listed(1)]))).toEqual(['suggest', 'save'])
  })

  it('Q18 P10 leaves out what is not for the listener, and answers', () => {
    const session = started()
    suggest(session, [listed(1), listed(2)])
    const revision = session.upNextRevision
    expect(kinds(dismiss(session, 2, listed(1).track_id))).toEqual(['suggest', 'done', 'save'])
    expect(session.upNext).toEqual([listed(2)])
    expect(session.upNextRevision).toBe(revision + 1)
    expect(kinds(dismiss(session, 3, listed(7).track_id))).toEqual(['done', 'save'])
    expect(session.upNextRevision).toBe(revision + 1)
    expect([...session.dismissed]).toEqual([listed(1).track_id, listed(7).track_id])
  })

  const nextAt = (positionMs: number): Begin => ({
    re: 2,
    streamId: STREAM_ID,
    positionMs: 0,
    reason: 'next',
    upNext: [],
    endReason: 'next',
    track: aTrack({ track_id: listed(1).track_id }),
    endPositionMs: positionMs,
    endStreamId: STREAM_ID,
  })

  it('Q17 a track that is left soon is skipped, one that was heard is not; the latest is last', () => {
    const session = started()
    begin(session, nextAt(4_000), T0 + 4_000)
    expect([...session.skipped]).toEqual([TRACK_ID])
    const other = started()
    other.played = new Set([listed(1).track_id, TRACK_ID])
    begin(other, { ...nextAt(4_000), endReason: 'completed' }, T0 + 4_000)
    expect([...other.skipped]).toEqual([])
    expect([...other.played]).toEqual([TRACK_ID, listed(1).track_id])
  })

  it('D8 goes on elsewhere with what was skipped and dismissed', () => {
    const session = started()
    begin(session, nextAt(4_000), T0 + 4_000)
    dismiss(session, 3, listed(7).track_id)
    const again = sessionFrom(snapshotOf(session))
    expect(again?.skipped).toEqual(session.skipped)
    expect(again?.dismissed).toEqual(session.dismissed)
  })
})
