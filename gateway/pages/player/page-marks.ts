/** Owns what the page tells of itself by `data-` attributes of the root element, for styles and for whoever watches it. */

import type { ClientState } from '../../../protocol/client/index.ts'
import type { PlayerState } from './player-state.ts'
import type { Shown } from './stage.ts'

export interface Marked {
  readonly state: PlayerState
  readonly shown: Shown
  readonly connection: ClientState
  readonly signalRms: number
  readonly ackedEvents: number
}

const marks = document.documentElement.dataset

export function mark({ state, shown, connection, signalRms, ackedEvents }: Marked): void {
  marks.state = state.phase
  marks.connection = connection
  marks.playheadMs = String(state.positionMs)
  marks.bufferMs = String(state.bufferMs)
  marks.signalRms = signalRms.toFixed(5)
  marks.ackedEvents = String(ackedEvents)
  marks.trackId = state.track?.track_id ?? ''
  marks.streamId = state.streamId ?? ''
  marks.elsewhere = shown.elsewhere?.called ?? shown.stoppedBy ?? ''
  marks.shownTrackId = shown.track?.track_id ?? ''
  marks.shownPhase = shown.phase
  marks.shownPlayheadMs = String(Math.round(shown.positionMs))
}
