/** Owns what a run counts beside violations. */

export interface Counts {
  sessions: number
  streams: number
  recovered: number
  state: number
  reconnectedStreams: number
  acknowledged: number
  reported: number
  lost: number
  duplicated: number
  sessionsLost: number
  /** Streams that no save has taken and whose gateway was killed: heard, and in no book. */
  diedUnsaved: number
  /** Streams of which the last grants were in no save when another gateway took over: not held to I17. */
  undone: number
  /** Honest streams that went on after a lost session, and were flagged for what was heard from the buffer meanwhile. */
  flaggedAfterLoss: number
  /** Leases that went from one device to another: as one took over, and as one was asked to. */
  takenOver: number
  transferred: number
}

export function noCounts(): Counts {
  return {
    sessions: 0,
    streams: 0,
    recovered: 0,
    state: 0,
    reconnectedStreams: 0,
    acknowledged: 0,
    reported: 0,
    lost: 0,
    duplicated: 0,
    sessionsLost: 0,
    diedUnsaved: 0,
    undone: 0,
    flaggedAfterLoss: 0,
    takenOver: 0,
    transferred: 0,
  }
}
