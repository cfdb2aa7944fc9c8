/** Owns the choice of a rendition. Pure. */

import type { TrackInfo } from '../../../protocol/client/index.ts'
import type { BitrateKbps } from '../../../protocol/vocabulary.ts'

/** The rendition of `wanted`, or the best one below it, or the lowest there is. */
export function nearestRendition(
  track: Pick<TrackInfo, 'renditions'>,
  wanted: BitrateKbps,
): TrackInfo['renditions'][number] {
  const ladder = [...track.renditions].sort((a, b) => b.bitrate_kbps - a.bitrate_kbps)
  const found = ladder.find(({ bitrate_kbps }) => bitrate_kbps <= wanted) ?? ladder.at(-1)
  if (found === undefined) throw new Error('This track has no audio.')
  return found
}
