/** Joins the messages of the client. */

import type { Static } from '@sinclair/typebox'
import { Authenticate } from './authenticate.ts'
import { Command } from './command.ts'
import { Credit } from './credit.ts'
import { Dismiss } from './dismiss.ts'
import { Heartbeat } from './heartbeat.ts'
import { Next } from './next.ts'
import { Pause } from './pause.ts'
import { Play } from './play.ts'
import { Refresh } from './refresh.ts'
import { Rename } from './rename.ts'
import { Resume } from './resume.ts'
import { Search } from './search.ts'
import { Seek } from './seek.ts'
import { Stop } from './stop.ts'
import { Telemetry } from './telemetry.ts'
import { Transfer } from './transfer.ts'

export const UP_MESSAGES = {
  authenticate: Authenticate,
  resume: Resume,
  refresh: Refresh,
  heartbeat: Heartbeat,
  play: Play,
  pause: Pause,
  seek: Seek,
  next: Next,
  stop: Stop,
  transfer: Transfer,
  command: Command,
  rename: Rename,
  dismiss: Dismiss,
  credit: Credit,
  search: Search,
  telemetry: Telemetry,
} as const

export type UpType = keyof typeof UP_MESSAGES
export type UpMessage = { [T in UpType]: Static<(typeof UP_MESSAGES)[T]> }[UpType]

/** What is done once, in order, and answered by `playback`, `done` or `error` with its `id`: by message. */
const REQUESTS = {
  play: true,
  pause: true,
  seek: true,
  next: true,
  stop: true,
  transfer: true,
  command: true,
  rename: true,
  dismiss: true,
} as const

export type RequestType = keyof typeof REQUESTS

export function isRequest(type: string): type is RequestType {
  return Object.hasOwn(REQUESTS, type)
}
