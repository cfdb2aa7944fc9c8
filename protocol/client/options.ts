/** Owns what a player tells the client, and what the client tells the player. */

import type { ErrorMessage } from '../messages/error.ts'
import type { Goaway } from '../messages/goaway.ts'
import type { Grant } from '../messages/grant.ts'
import type { Playback } from '../messages/playback.ts'
import type { Ready } from '../messages/ready.ts'
import type { Resumed } from '../messages/resumed.ts'
import type { UpNext } from '../messages/up-next.ts'
import type { TelemetryEvent } from '../telemetry-event.ts'
import type { Encoding } from '../version.ts'
import type { DeviceKind } from '../vocabulary.ts'
import type { EventStore } from './event-store.ts'

/** What the client needs of a WebSocket: the browser's own, or `ws` in Node 20. */
export interface SocketLike {
  binaryType: string
  readonly readyState: number
  send(data: string | Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
}

export interface ClientOptions {
  /** `ws://host:port/ws` or `wss://…`. */
  readonly url: string
  /** Gives an access token; `refresh`: a fresh one. Throws {@link SignedOut} when there is none to be had; any other failure is tried again. */
  readonly token: (refresh: boolean) => Promise<string>
  readonly device: { readonly id: string; readonly name: string; readonly kind: DeviceKind }
  /** Where the playhead is; asked at each heartbeat and when playback goes on after a reconnect. */
  readonly position?: () => PlayerPosition | undefined
  /** Where events wait for their acknowledgement; memory unless said otherwise. A store serves one client at a time. */
  readonly store?: EventStore
  /** `msgpack` unless said otherwise. */
  readonly encoding?: Encoding
  /** The WebSocket class; the global one unless said otherwise. */
  readonly webSocket?: new (
    url: string,
    protocols: string[],
  ) => SocketLike
}

export interface PlayerPosition {
  readonly position_ms: number
  readonly buffer_ms: number
}

/** `disconnected`: will resume by itself. `suspended`: will try again, but its session is lost. `failed`: will not; see `reason`. */
export type ClientState =
  | 'initialized'
  | 'connecting'
  | 'connected'
  | 'disconnected'
  | 'suspended'
  | 'failed'
  | 'closed'

export type ClientEvents = {
  state: { readonly state: ClientState; readonly reason?: string; readonly retryInMs?: number }
  ready: Ready
  /** The session goes on over a new socket. */
  resumed: Resumed
  playback: Playback
  grant: Grant
  up_next: UpNext
  /** Events that are safe; `pending`: how many are not yet. */
  acked: { readonly events: readonly TelemetryEvent[]; readonly pending: number }
  /** Events that were refused for good, or had no room. */
  dropped: { readonly events: readonly TelemetryEvent[]; readonly reason: string }
  /** The store of events failed: from now on they are kept in memory, and are lost with the page or process. */
  store_failed: { readonly error: Error }
  /** A refusal that answers no request. */
  error: ErrorMessage
  goaway: Goaway
  rtt: number
}
