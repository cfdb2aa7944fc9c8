/** Joins the messages of the gateway. */

import type { Static } from '@sinclair/typebox'
import { Ack } from './ack.ts'
import { Commanded } from './commanded.ts'
import { Devices } from './devices.ts'
import { Done } from './done.ts'
import { ErrorMessage } from './error.ts'
import { Found } from './found.ts'
import { Goaway } from './goaway.ts'
import { Grant } from './grant.ts'
import { HeartbeatAck } from './heartbeat-ack.ts'
import { Hello } from './hello.ts'
import { Notice } from './notice.ts'
import { Playback } from './playback.ts'
import { Ready } from './ready.ts'
import { Refreshed } from './refreshed.ts'
import { Resumed } from './resumed.ts'
import { UpNext } from './up-next.ts'

export const DOWN_MESSAGES = {
  hello: Hello,
  ready: Ready,
  resumed: Resumed,
  refreshed: Refreshed,
  heartbeat_ack: HeartbeatAck,
  playback: Playback,
  grant: Grant,
  up_next: UpNext,
  devices: Devices,
  commanded: Commanded,
  notice: Notice,
  done: Done,
  ack: Ack,
  found: Found,
  error: ErrorMessage,
  goaway: Goaway,
} as const

export type DownType = keyof typeof DOWN_MESSAGES
export type DownMessage = { [T in DownType]: Static<(typeof DOWN_MESSAGES)[T]> }[DownType]
