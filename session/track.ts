/** Owns what the core knows of a track: enough to play it, measure it and say it. */

import type { TrackInfo } from '../protocol/messages/playback.ts'

export type Track = TrackInfo

/** The rendition of `track` at `bitrateKbps`, if it has one. */
export function renditionOf(
  track: Pick<Track, 'renditions'>,
  bitrateKbps: number,
): Track['renditions'][number] | undefined {
  for (const rendition of track.renditions) if (rendition.bitrate_kbps === bitrateKbps) return rendition
  return undefined
}

/** The number of chunks of the longest rendition: renditions may differ by one at the very end. */
export function chunkCountOf(track: Pick<Track, 'renditions'>): number {
  let most = 0
  for (const rendition of track.renditions) most = Math.max(most, rendition.chunk_count)
  return most
}
