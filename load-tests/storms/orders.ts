/** Owns what the bench tells a generator process, and what it hears back: messages between processes. */

import type { Waits } from './generator/listener.ts'
import type { Tally } from './tally.ts'

export interface Account {
  readonly id: string
  readonly token: string
}

export interface Raise {
  readonly generator: number
  readonly clients: number
  readonly host: string
  readonly ports: readonly number[]
  /** One a client, for sessions at a gateway; none for the floor. */
  readonly accounts: readonly Account[]
  readonly trackId: string
  /** How often each client sends a telemetry event; 0: never by itself. */
  readonly reportEveryMs: number
}

export type Order =
  | ({ readonly do: 'raise' } & Raise)
  | { readonly do: 'sign-in'; readonly perSecond: number; readonly withinMs: number }
  | {
      readonly do: 'jitter'
      readonly onlineMs: number
      readonly awayMs: number
      readonly forMs: number
      readonly withinMs: number
    }
  | { readonly do: 'aim'; readonly ports: readonly number[]; readonly waits: Waits }
  | { readonly do: 'busy'; readonly forMs: number }
  | { readonly do: 'release' }
  | { readonly do: 'await-all'; readonly withinMs: number }
  | { readonly do: 'settle'; readonly withinMs: number }
  | { readonly do: 'tally' }
  | { readonly do: 'leave' }

/** How the process itself fares: a generator that is late measures itself. */
export interface GeneratorLoad {
  readonly loopDelayP99Ms: number
  readonly loopDelayMaxMs: number
}

export interface Answer {
  readonly present: number
  readonly due: number
  readonly tally?: Tally
  readonly load?: GeneratorLoad
  readonly ackedEvents?: Readonly<Record<string, number>>
}

/** What a generator says unasked. */
export interface Presence {
  readonly present: number
}
