import { describe, expect, it } from 'vitest'
import { REASONS_START } from '../protocol/vocabulary.ts'
import { aTrack } from './fixtures.ts'
import { reasonOfNext, reasonOfPlay } from './reason-start.ts'
import { begin } from './requests.ts'
import { started, T0 } from './testing/playing-session.ts'
import { AFTER_AD, upNextTrackOf } from './up-next.ts'

const listed = aTrack({ track_id: '018f0000-0000-7000-8000-0000000000b1' })
const other = aTrack({ track_id: '018f0000-0000-7000-8000-0000000000b2' })
const session = { upNext: [upNextTrackOf(other, 'more by The Ferrymen'), upNextTrackOf(listed, 'next on Low Water')] }
const AD = {
  impression_id: '018f0000-0000-7000-8000-0000000000a1',
  campaign_id: '018f0000-0000-7000-8000-0000000000a2',
  creative_id: '018f0000-0000-7000-8000-0000000000a3',
  title: 'Kettle',
  sponsor: 'Fennel & Rye Tea',
  duration_ms: 20_000,
  chunk_ms: 4_000,
  renditions: [],
}

describe('P2 why a `play` begins', () => {
  it.each(REASONS_START)('%s, of a track that is not listed, is as the client says', (reason) => {
    expect(reasonOfPlay({ upNext: [] }, listed.track_id, reason)).toBe(reason)
  })

  it.each(REASONS_START)('%s, of a track that is up next, is no pick', (reason) => {
    expect(reasonOfPlay(session, listed.track_id, reason)).toBe(reason === 'pick' ? 'queue' : reason)
  })

  it('is unknown when nothing is said', () => {
    expect(reasonOfPlay(session, listed.track_id)).toBe('unknown')
  })
})

describe('V1 why a `next` begins', () => {
  const inAd = (reason: 'pick' | 'next', why: string) => {
    const playing = started()
    const upNext = [upNextTrackOf(listed, why), upNextTrackOf(other, 'more by The Ferrymen')]
    const end = { endReason: 'pick', endPositionMs: undefined, endStreamId: undefined } as const
    begin(playing, { re: 2, streamId: AD.impression_id, track: AD, positionMs: 0, reason, upNext, ...end }, T0)
    return playing
  }

  it.each([
    ['next', 'next'],
    ['completed', 'queue'],
    ['failed', 'queue'],
  ] as const)('%s, after music: %s', (said, reason) => {
    expect(reasonOfNext(started(), said)).toBe(reason)
  })

  it.each(['next', 'completed', 'failed'] as const)('%s, after an advertisement: as it was asked for', (said) => {
    expect(reasonOfNext(inAd('pick', AFTER_AD), said)).toBe('pick')
  })

  it('what was asked for is dismissed, or withdrawn: what follows was not asked for', () => {
    const playing = inAd('pick', AFTER_AD)
    playing.upNext = playing.upNext.slice(1)
    expect(reasonOfNext(playing, 'completed')).toBe('queue')
    expect(reasonOfNext(inAd('next', 'next on Low Water'), 'completed')).toBe('queue')
  })
})
