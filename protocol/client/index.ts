/** The player SDK: `connect`, and the types of what it says. Runs in browsers, Node and k6. */

import { Client } from './client.ts'
import type { ClientOptions } from './options.ts'

export type { Commanded } from '../messages/commanded.ts'
export type { Devices, NamedDevice } from '../messages/devices.ts'
export type { Found } from '../messages/found.ts'
export type { Grant } from '../messages/grant.ts'
export type { Notice } from '../messages/notice.ts'
export type { AdInfo, Playback, TrackInfo } from '../messages/playback.ts'
export type { Ready } from '../messages/ready.ts'
export type { UpNext } from '../messages/up-next.ts'
export type { TelemetryEvent } from '../telemetry-event.ts'
export type { Client } from './client.ts'
export type { EventStore, StoredEvents } from './event-store.ts'
export { type IndexedDbStoreOptions, indexedDbEventStore } from './event-store-indexeddb.ts'
export { memoryEventStore } from './event-store-memory.ts'
export type { ClientEvents, ClientOptions, ClientState, PlayerPosition, SocketLike } from './options.ts'
export type { PlayWish } from './playback-keeper.ts'
export type { SearchWish } from './searches.ts'
export { SegueError, SignedOut } from './segue-error.ts'
export type { News, Surroundings } from './surroundings.ts'
export type { Seen } from './telemetry-sender.ts'
export { type ThroughputMeter, throughputMeter } from './throughput.ts'

/** Connects, signs in, and stays connected until `close`. */
export function connect(options: ClientOptions): Client {
  return new Client(options).open()
}
