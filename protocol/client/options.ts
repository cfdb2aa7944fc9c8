/** Owns what a player tells the client, and what the client tells the player. */

import type { Commanded } from '../messages/commanded.ts'
import type { Devices } from '../messages/devices.ts'
import type { ErrorMessage } from '../messages/error.ts'
import type { Goaway } from '../messages/goaway.ts'
import type { Grant } from '../messages/grant.ts'
import type { Notice } from '../messages/notice.ts'
import type { Playback } from '../messages/playback.ts'
import type { Ready } from '../messages/ready.ts'
import type { Resumed } from '../messages/resumed.ts'
import type { UpNext } from '../messages/up-next.ts'
import type { TelemetryEvent } from '../telemetry-event.ts'
import type { Encoding } from '../version.ts'
import type { DeviceKind } from '../vocabulary.ts'
import type { EventStore } from './event-store.ts'
import type { Surroundings } from './surroundings.ts'

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
  /** `ws://host:port/ws` or `wss://…`; a function is asked at each connection, where there are several gateways to choose from. */
  readonly url: string | (() => string)
  /** Gives an access token; `refresh`: a fresh one. Throws {@link SignedOut} when there is none to be had; any other failure is tried again. */
  readonly token: (refresh: boolean) => Promise<string>
  readonly device: { readonly id: string; readonly name: string; readonly kind: DeviceKind }
  /** Where the playhead is; asked at each heartbeat and when playback goes on after a reconnect. */
  readonly position?: () => PlayerPosition | undefined
  /** How loud the player is, percent, as the listener's other devices are shown it. */
  readonly volume?: () => number
  /**
   * Where events wait for their acknowledgement; memory unless said otherwise. A store serves one client at a time.
   * What is reported before the first sign-in is put there when it is known whose it is (`account`); until then it is lost with the page or process.
   */
  readonly store?: EventStore
  /** The account that signed in last, as `ready` said: what is reported before the next sign-in is its, and kept in the store as such. */
  readonly account?: string
  /** `msgpack` unless said otherwise. */
  readonly encoding?: Encoding
  /** What tells that the network changed, the machine slept or the page is looked at; what browser or Node tell unless said otherwise. */
  readonly surroundings?: Surroundings
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
  /** The devices of the account, whenever they or what they do changes. */
  devices: Devices
  /** Another device of the listener asks this one: the player does it. */
  commanded: Commanded
  /** The listener is to be told something; music goes on. */
  notice: Notice
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
