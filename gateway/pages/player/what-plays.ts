/** Owns what the page may play: a track, or an advertisement in the place of one. */

import { type AdInfo, SegueError, type TrackInfo } from '../../../protocol/client/index.ts'
import type { ShownTrack } from './stage.ts'

export type Plays = TrackInfo | AdInfo

export const adOf = (plays: Plays | undefined): AdInfo | undefined =>
  plays !== undefined && 'creative_id' in plays ? plays : undefined

export const trackOf = (plays: Plays | undefined): TrackInfo | undefined =>
  plays !== undefined && 'track_id' in plays ? plays : undefined

export const audioIdOf = (plays: Plays): string => ('creative_id' in plays ? plays.creative_id : plays.track_id)

export function maySkip(ad: AdInfo, positionMs: number): boolean {
  return ad.skip_after_ms !== undefined && positionMs >= ad.skip_after_ms
}

/** @throws {SegueError} where the gateway would refuse to leave `plays`, or to move in it when `where` is left out */
export function insistOnAd(plays: Plays | undefined, where?: number): void {
  const ad = adOf(plays)
  if (ad === undefined || (where !== undefined && maySkip(ad, where))) return
  throw new SegueError('ad_plays', 'an advertisement plays', false)
}

/** An advertisement, where else a track is shown: under the picture of its campaign. */
export function shownAd({ creative_id, campaign_id, title, sponsor, duration_ms }: AdInfo): ShownTrack {
  return { track_id: creative_id, title, artist: sponsor, album: 'Advertisement', album_id: campaign_id, duration_ms }
}
