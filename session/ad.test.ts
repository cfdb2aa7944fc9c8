import { describe, expect, it } from 'vitest'
import type { AdEnded } from '../protocol/events/playback-record.ts'
import { type Ad, mayLeave, openAd } from './ad.ts'
import { GRANT_POLICY } from './chunk-window.ts'
import type { Effect } from './effect.ts'
import { aTrack, STREAM_ID } from './fixtures.ts'
import { type Begin, begin, credit, heartbeat, pause, resume, seek, stop } from './requests.ts'
import { lastWill, musicSinceAd, type Session } from './session.ts'
import { sessionFrom, snapshotOf } from './snapshot.ts'
import { kinds, started, stopAt, T0, want } from './testing/playing-session.ts'

const IMPRESSION_ID = '018f0000-0000-7000-8000-0000000000a1'
const AD: Ad = {
  impression_id: IMPRESSION_ID,
  campaign_id: '018f0000-0000-7000-8000-0000000000a2',
  creative_id: '018f0000-0000-7000-8000-0000000000a3',
  title: 'Kettle',
  sponsor: 'Fennel & Rye Tea',
  duration_ms: 20_000,
  chunk_ms: 4_000,
  renditions: [{ bitrate_kbps: 160, codec: 'mp4a.40.2', chunk_count: 5 }],
}

/** Music since {@link T0}, and from then on an advertisement, all of it granted. */
function inAd(changes: Partial<Ad> = {}, musicMs = 0): Session {
  const session = started()
  credit(session, want(0, 8), T0, GRANT_POLICY)
  const start = {
    re: 2,
    streamId: IMPRESSION_ID,
    positionMs: 0,
    reason: 'queue',
    upNext: [],
    endReason: 'next',
  } as const
  begin(
    session,
    { ...start, track: { ...AD, ...changes }, endPositionMs: musicMs, endStreamId: STREAM_ID },
    T0 + musicMs,
  )
  credit(session, { ...want(0, 5), stream_id: IMPRESSION_ID }, T0 + musicMs, GRANT_POLICY)
  return session
}

const says = (session: Session, positionMs: number, atMs: number, volume_percent?: number) =>
  heartbeat(
    session,
    {
      type: 'heartbeat',
      sent_at_ms: 0,
      stream_id: IMPRESSION_ID,
      position_ms: positionMs,
      ...(volume_percent === undefined ? {} : { volume_percent }),
    },
    T0 + atMs,
    GRANT_POLICY,
  )

const will = (session: Session): AdEnded => {
  const record = lastWill(session)
  if (record?.type !== 'ad-ended') throw new Error('no advertisement is open')
  return record
}

describe('what was audible', () => {
  it('V4 runs from evidence to evidence, in the clock of the gateway', () => {
    const session = inAd()
    for (const ms of [1_000, 2_000, 3_000]) says(session, ms, ms + 100)
    expect(will(session)).toMatchObject({ audible_ms: 3_000, quartile: 0, flags: [], stream_id: IMPRESSION_ID })
    says(session, 10_000, 10_100)
    expect(will(session)).toMatchObject({ audible_ms: 10_000, quartile: 2 })
  })

  it('V4 is broken by a pause, a stall and silence, and begins anew', () => {
    const paused = inAd()
    says(paused, 1_900, 1_900)
    pause(paused, { type: 'pause', id: 3, stream_id: IMPRESSION_ID, position_ms: 1_950 }, T0 + 1_950)
    resume(paused, { id: 4, stream_id: IMPRESSION_ID }, T0 + 9_000, GRANT_POLICY)
    says(paused, 3_000, 10_050)
    expect(will(paused)).toMatchObject({ audible_ms: 1_950, ms_played: 3_000 })

    const stalled = inAd()
    says(stalled, 1_500, 1_500)
    // Somewhere within these it stood still.
    says(stalled, 2_500, 3_100)
    says(stalled, 4_000, 4_600)
    expect(will(stalled)).toMatchObject({ audible_ms: 1_500, ms_played: 4_000 })

    const muted = inAd()
    says(muted, 1_000, 1_000, 50)
    says(muted, 5_000, 5_000, 0)
    says(muted, 9_000, 9_000, 50)
    expect(will(muted)).toMatchObject({ audible_ms: 1_000 })
    says(muted, 11_500, 11_500)
    expect(will(muted)).toMatchObject({ audible_ms: 2_500 })
  })

  it('V4 is never more than elapsed or granted, and a false claim is flagged', () => {
    const hasty = inAd()
    says(hasty, 19_000, 1_000)
    expect(will(hasty)).toMatchObject({ audible_ms: 0, ms_played: 1_000, quartile: 0 })
    expect(will(hasty).flags).toContain('claim-exceeds-elapsed')
    const ungranted = started()
    begin(
      ungranted,
      {
        re: 2,
        streamId: IMPRESSION_ID,
        track: AD,
        positionMs: 0,
        reason: 'queue',
        upNext: [],
        endReason: 'next',
        endPositionMs: 0,
        endStreamId: STREAM_ID,
      },
      T0,
    )
    says(ungranted, 3_000, 3_000)
    expect(will(ungranted)).toMatchObject({ audible_ms: 0, flags: ['claim-exceeds-granted'] })
  })

  it('V4 goes on where another gateway goes on with the session', () => {
    const session = inAd()
    says(session, 1_500, 1_500)
    const again = sessionFrom(structuredClone(snapshotOf(session)))
    if (again === undefined) throw new Error('the snapshot is of another version')
    says(again, 2_500, 2_500)
    expect(will(again)).toMatchObject({ audible_ms: 2_500 })
    expect(openAd(again)).toEqual(AD)
  })
})

describe('leaving', () => {
  it('V3 is for its end, by the clock of the gateway, or what may be skipped', () => {
    const session = inAd()
    says(session, 20_000, 5_000)
    expect(mayLeave(session, 'completed', T0 + 18_000)).toBe(false)
    expect(mayLeave(session, 'completed', T0 + 18_600)).toBe(true)
    expect(mayLeave(session, 'next', T0 + 60_000)).toBe(false)
    expect(mayLeave(session, 'failed', T0)).toBe(true)
    const skippable = inAd({ skip_after_ms: 5_000 })
    expect(mayLeave(skippable, 'next', T0 + 3_000)).toBe(false)
    expect(mayLeave(skippable, 'next', T0 + 5_000)).toBe(true)
    expect(mayLeave(started(), 'next', T0)).toBe(true)
  })

  it('V3 a seek is refused', () => {
    const session = inAd()
    expect(
      kinds(seek(session, { type: 'seek', id: 3, stream_id: IMPRESSION_ID, from_ms: 0, position_ms: 9_000 }, T0)),
    ).toEqual(['refuse ad_plays', 'save'])
  })
})

describe('music since the last one', () => {
  it('V1 is what was heard of tracks, and begins anew with one that was heard', () => {
    const unheard = inAd({}, 31_000)
    expect(unheard.sinceAd).toEqual({ ms: 31_000, tracks: 1 })
    says(unheard, 1_000, 32_000)
    stop(unheard, { ...stopAt(1_000, 3), stream_id: IMPRESSION_ID }, T0 + 32_000)
    expect(unheard.sinceAd).toEqual({ ms: 31_000, tracks: 1 })

    const heard = inAd({}, 31_000)
    for (const ms of [1_000, 2_000, 3_000]) says(heard, ms, 31_000 + ms)
    stop(heard, { ...stopAt(3_000, 3), stream_id: IMPRESSION_ID }, T0 + 34_000)
    expect(heard.sinceAd).toEqual({ ms: 0, tracks: 0 })
  })

  it('V1 has the open track in it, as if it ended here', () => {
    const session = started()
    credit(session, want(0, 2), T0, GRANT_POLICY)
    expect(musicSinceAd(session, 3_000, T0 + 3_000)).toEqual({ ms: 3_000, tracks: 0 })
    expect(musicSinceAd(session, 3_000, T0 + 3_000)).toEqual({ ms: 3_000, tracks: 0 })
    begin(
      session,
      {
        re: 2,
        streamId: STREAM_ID,
        track: aTrack(),
        positionMs: 0,
        reason: 'next',
        upNext: [],
        endReason: 'next',
        endPositionMs: 3_000,
        endStreamId: STREAM_ID,
      },
      T0 + 3_000,
    )
    expect(session.sinceAd).toEqual({ ms: 3_000, tracks: 0 })
  })
})

describe('an advertisement that is withheld', () => {
  const withhold = (session: Session, changes: Partial<Begin>) =>
    begin(
      session,
      {
        re: 2,
        streamId: STREAM_ID,
        track: aTrack(),
        positionMs: 0,
        reason: 'queue',
        upNext: [],
        endReason: 'next',
        endPositionMs: 3_000,
        endStreamId: STREAM_ID,
        withheld: [AD],
        ...changes,
      },
      T0 + 3_000,
    )
  const records = (effects: readonly Effect[]) =>
    effects.flatMap((effect) => (effect.kind === 'record' ? [effect.record] : []))

  it('V8 is recorded in the place of an impression, and the music begins a new count', () => {
    const session = started()
    credit(session, want(0, 2), T0, GRANT_POLICY)
    const recorded = records(withhold(session, {}))
    expect(recorded.map(({ type }) => type)).toEqual(['stream-ended', 'ad-withheld', 'stream-started'])
    expect(recorded[1]).toMatchObject({
      stream_id: IMPRESSION_ID,
      campaign_id: AD.campaign_id,
      creative_id: AD.creative_id,
      served_at_ms: T0 + 3_000,
      account_id: session.who.account_id,
    })
    expect(session.sinceAd).toEqual({ ms: 0, tracks: 0 })
    expect(openAd(session)).toBeUndefined()
  })

  it('V8 leaves the count to the one that plays in its place', () => {
    const session = started()
    credit(session, want(0, 2), T0, GRANT_POLICY)
    const other = { ...AD, impression_id: '018f0000-0000-7000-8000-0000000000b1' }
    const recorded = records(withhold(session, { streamId: other.impression_id, track: other }))
    expect(recorded.map(({ type }) => type)).toEqual(['stream-ended', 'ad-withheld', 'ad-served'])
    expect(session.sinceAd).toEqual({ ms: 3_000, tracks: 0 })
  })
})
