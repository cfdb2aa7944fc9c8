/** Owns what the life of a client needs of what it talks about: Segue's protocol, or the bare messages of the floor. */

/** What a dialogue asks of the line it speaks over. */
export interface Line {
  send(payload: Uint8Array): void
  /** Everything that was missed is in: the client is back. */
  caughtUp(): void
  /** Give this line up and come again; `afterMs`: the slot the server named. */
  again(afterMs?: number): void
}

export interface Dialogue {
  readonly subprotocol: string
  /** What it asks for at the upgrade. */
  readonly path: string
  /** A line is up. */
  begin(line: Line): void
  heard(payload: Buffer): void
  /** The line is gone, or dead without anybody knowing: nothing is sent until the next `begin`. `why` it was ended, if it was. */
  silence(why?: string): void
  /** Asks for something that the server answers by a message which must not get lost. */
  ask(): void
  /** Reports an event that must be in the log once it was acknowledged. */
  report(): void
  /** Answers that are still due. */
  readonly unanswered: number
  /** Events that are not acknowledged yet. */
  readonly unacked: number
  /** How many events were acknowledged, for the account they are of. */
  readonly ackedEvents: number
}
