/** Owns what a client of the bench needs of its tongue: how it comes in, and the frames that it says again and again. */

import type { Chatter } from '../orders.ts'

/** `ready`: it is in. A number: so many answers to frames, or messages to all. */
export type Heard = 'ready' | 'other' | number

export interface VoiceLine {
  send(payload: Uint8Array | string): void
}

export interface Voice {
  readonly path: string
  readonly subprotocol: string
  /** The line is up. */
  begin(line: VoiceLine): void
  /** `payload` is read before this returns. */
  heard(payload: Buffer): Heard
  /** Of the message that was neither. */
  readonly otherWas: string
  /** `count` frames in one piece, which is used again at the next call. */
  frames(count: number): Buffer
  /** The next line is to go on where this one ended. */
  comeBack(): void
  /** Chunk addresses in the answers since the last time. */
  takeAddresses(): number
}

export interface VoiceOptions {
  readonly token: string
  readonly chatter: Chatter
  readonly trackId: string | undefined
}
