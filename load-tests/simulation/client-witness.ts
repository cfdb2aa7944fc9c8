/** Owns what the checker sees of a client. */

import type { DownMessage } from '../../protocol/messages/down.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'
import type { TelemetryEvent } from '../../protocol/telemetry-event.ts'
import type { Playhead } from './playhead.ts'
import type { SimClient } from './sim-client.ts'

/** A request about playback, here or on another device. */
export type Request = Extract<UpMessage, { type: 'play' | 'pause' | 'seek' | 'next' | 'stop' | 'transfer' | 'command' }>

export interface ClientWitness {
  got(client: SimClient, message: DownMessage): void
  asked(client: SimClient, request: Request): void
  reported(client: SimClient, event: TelemetryEvent): void
  acknowledged(client: SimClient, events: readonly TelemetryEvent[]): void
  /** The session is lost for this client: why. */
  sessionLost(client: SimClient, why: string): void
  /** The program dies, and says nothing of what it played since its last word. */
  killed(client: SimClient): void
  closed(client: SimClient, code: number): void
  /** What plays, as the client knows it from now on. */
  told(client: SimClient): void
  /** The playhead moved so while this stream was the open one, as far as the client knew. */
  moved(client: SimClient, playhead: Playhead, fromMs: number, toMs: number): void
}
