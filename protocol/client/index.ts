/** The player SDK: `connect`, and the types of what it says. Runs in browsers, Node and k6. */

import { Client } from './client.ts'
import type { ClientOptions } from './options.ts'

export type { Grant } from '../messages/grant.ts'
export type { Playback, TrackInfo } from '../messages/playback.ts'
export type { Ready } from '../messages/ready.ts'
export type { UpNext } from '../messages/up-next.ts'
export type { TelemetryEvent } from '../telemetry-event.ts'
export type { Client } from './client.ts'
export type { ClientEvents, ClientOptions, ClientState, PlayerPosition } from './options.ts'
export { SegueError, SignedOut } from './requests.ts'

/** Connects, signs in, and stays connected until `close`. */
export function connect(options: ClientOptions): Client {
  return new Client(options).open()
}
