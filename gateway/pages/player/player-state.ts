/** Owns what the parts of the page may know of the player at a moment. */

import type { AdInfo, TrackInfo, UpNext } from '../../../protocol/client/index.ts'
import type { BitrateKbps } from '../../../protocol/vocabulary.ts'

export type Phase = 'idle' | 'loading' | 'playing' | 'paused' | 'stalled'

export interface PlayerState {
  readonly phase: Phase
  readonly track: TrackInfo | undefined
  /** In the place of a track. */
  readonly ad: AdInfo | undefined
  readonly streamId: string | undefined
  readonly positionMs: number
  readonly bufferMs: number
  /** The bitrate chosen, and the one at the playhead. */
  readonly bitrate: BitrateKbps
  readonly heardBitrate: BitrateKbps | undefined
  readonly upNext: UpNext['tracks']
  readonly canGoBack: boolean
}
