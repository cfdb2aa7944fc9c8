/** Owns what the bench tells its generator, and what that says back. */

import type { Account } from '../storms/orders.ts'

/** Which tongue the clients speak: that of Segue, that of Socket.IO, that of Centrifugo, or bare frames. */
export const TONGUES = ['segue', 'socketio', 'centrifugo', 'raw'] as const
export type Tongue = (typeof TONGUES)[number]

/** What clients say again and again, or wait for: `fan` is what all of them are told. */
export const CHATTERS = ['heartbeat', 'telemetry', 'credit', 'fan'] as const
export type Chatter = (typeof CHATTERS)[number]

export interface Clients {
  readonly tongue: Tongue
  readonly host: string
  readonly ports: readonly number[]
  /** One each; without a token nothing is said before the work. */
  readonly accounts: readonly Account[]
  readonly chatter: Chatter
  /** Of the album; without one nothing plays. */
  readonly trackId?: string
}

export type Order =
  /** Connects as many clients as accounts, beside those that are there; so many are on their way at once. */
  | ({ readonly do: 'connect'; readonly atOnce: number; readonly withinMs: number } & Clients)
  /** Each comes back by what it was given to come back with. */
  | { readonly do: 'resume'; readonly atOnce: number; readonly withinMs: number }
  /** Each client keeps so many messages under way. */
  | { readonly do: 'pump'; readonly window: number }
  /** All together so many messages a second, evenly. */
  | { readonly do: 'pace'; readonly perSecond: number }
  /** From now on what all are told is timed. */
  | { readonly do: 'listen' }
  /** Waits until so many were told. */
  | { readonly do: 'hear'; readonly deliveries: number; readonly withinMs: number }
  /** What was counted since the last time. */
  | { readonly do: 'take' }
  /** Says no more, and waits until all is answered. */
  | { readonly do: 'rest'; readonly withinMs: number }
  | { readonly do: 'leave' }

export interface Answer {
  readonly present: number
  readonly seconds: number
  readonly answers: number
  /** Chunk addresses in them, where those were asked for. */
  readonly addresses: number
  /** From the message to its answer; of paced messages from when they were due. */
  readonly ms: { readonly p50: number; readonly p99: number; readonly max: number }
  /** Messages that were no answers, by what they are. */
  readonly others: Readonly<Record<string, number>>
  /** Lines that ended without our doing, by reason. */
  readonly ends: Readonly<Record<string, number>>
}

export interface Progress {
  readonly present: number
}
