/** Owns what a process knows of a server it depends on: up or down, since when, why. An outage is two log lines, not one a call. */

import { type FailureClass, failureClass } from './failure-class.ts'
import type { Service } from './lifecycle.ts'
import type { Logger } from './log.ts'
import { type GivenUp, TimedOut, within } from './within.ts'

/** Every server that a process of ours may need, by the name it has in metrics, health and logs; and what goes on when it works. */
export const DEPENDENCIES = {
  redis: 'sessions are saved and resumed, streams left behind are ended',
  kafka: 'telemetry is acknowledged, records are taken',
  postgres: 'tracks are looked up, royalties are entered',
  clickhouse: 'telemetry is stored, the dashboard is answered',
  minio: 'players get their chunks',
  opensearch: 'the catalog is searched',
  issuer: 'tokens are checked by fresh keys',
} as const

export type DependencyName = keyof typeof DEPENDENCIES

/** As `/readyz` tells it. */
export interface DependencyState {
  /** `unknown` until the first answer. */
  readonly state: 'up' | 'down' | 'unknown'
  /** When it came to be so, in ms since 1970. */
  readonly since_ms: number
  /** Of the last call that failed, if any did. */
  readonly last_error: FailureClass | null
}

export interface Dependency extends Service {
  readonly name: DependencyName
  readonly isDown: boolean
  state(): DependencyState
  /** How long it has been down by now; 0 when it is not. */
  downMs(): number
  /** All outages together. */
  totalDownMs(): number
  /** Calls that failed, probes included, by class. */
  readonly failures: ReadonlyMap<FailureClass, number>
  failed(error: unknown): void
  worked(): void
  /**
   * Asks it, within a bounded time; refused at once while it is down.
   * @throws {DependencyAway} when it does not answer; what `work` throws when that is an answer.
   */
  ask<T>(work: (givenUp: GivenUp) => Promise<T>): Promise<T>
  /** Calls `back` each time it is up again. */
  whenBack(back: () => void): void
}

/** The server does not answer: the same call may succeed later. */
export class DependencyAway extends Error {
  readonly dependency: DependencyName

  constructor(dependency: DependencyName, options?: ErrorOptions) {
    super(`${dependency} does not answer`, options)
    this.name = 'DependencyAway'
    this.dependency = dependency
  }
}

export interface DependencyParts {
  readonly log: Logger
  /** A question that only a server in full working order answers well. */
  readonly probe: (signal: AbortSignal) => Promise<unknown>
  /** Whether the error says that the server is away, rather than what it thinks of the question. */
  readonly isAway?: (error: unknown) => boolean
  readonly askWithinMs?: number
  /** How often it is asked while it is up. */
  readonly probeEveryMs?: number
  /** Lets go of what the probe holds. */
  readonly close?: () => Promise<void>
}

const PROBE_WITHIN_MS = 2_000
const ASK_WITHIN_MS = 5_000
/** While it is up its calls tell as much as a probe does; while it is down, nobody else asks. */
const PROBE_EVERY_MS = 2_000
const PROBE_WHILE_DOWN_MS = 400

export function createDependency(name: DependencyName, parts: DependencyParts): Dependency {
  const { log, probe, isAway = () => true, askWithinMs = ASK_WITHIN_MS, probeEveryMs = PROBE_EVERY_MS } = parts
  const failures = new Map<FailureClass, number>()
  const listeners: (() => void)[] = []
  let state: DependencyState['state'] = 'unknown'
  let sinceMs = Date.now()
  let lastError: FailureClass | null = null
  /** By the clock that nobody sets. */
  let downAt: number | undefined
  let pastDownMs = 0
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const downMs = () => (downAt === undefined ? 0 : performance.now() - downAt)
  const turn = (to: 'up' | 'down') => {
    state = to
    sinceMs = Date.now()
  }
  const count = (error: unknown): void => {
    const failure = failureClass(error)
    failures.set(failure, (failures.get(failure) ?? 0) + 1)
    lastError = failure
  }
  const failed = (error: unknown): void => {
    count(error)
    if (!isAway(error) || state === 'down') return
    log.error({ err: error, dependency: name }, `${name} is down; no longer: ${DEPENDENCIES[name]}`)
    downAt = performance.now()
    turn('down')
  }
  const worked = (): void => {
    if (state === 'up') return
    if (state === 'down') {
      log.info({ outage_ms: Math.round(downMs()), dependency: name }, `${name} is up; again: ${DEPENDENCIES[name]}`)
    }
    const back = state === 'down'
    pastDownMs += downMs()
    downAt = undefined
    turn('up')
    if (back) for (const listener of listeners) listener()
  }
  const look = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    try {
      await within(PROBE_WITHIN_MS, (givenUp) => probe(givenUp()))
      worked()
    } catch (error) {
      if (!stopped) failed(error)
    }
    if (!stopped) timer = setTimeout(look, state === 'down' ? PROBE_WHILE_DOWN_MS : probeEveryMs)
  }

  return {
    name,
    failures,
    get isDown() {
      return state === 'down'
    },
    state: () => ({ state, since_ms: sinceMs, last_error: lastError }),
    downMs,
    totalDownMs: () => pastDownMs + downMs(),
    failed,
    worked,
    async ask(work) {
      if (state === 'down') throw new DependencyAway(name)
      try {
        const answer = await within(askWithinMs, work)
        worked()
        return answer
      } catch (error) {
        // One long answer is not an outage: the probe, asked now, decides.
        if (error instanceof TimedOut) {
          count(error)
          if (timer !== undefined) void look()
        } else failed(error)
        if (isAway(error)) throw new DependencyAway(name, { cause: error })
        throw error
      }
    },
    whenBack: (back) => void listeners.push(back),
    async start() {
      // A process starts without its servers, too.
      void look()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await parts.close?.()
    },
  }
}
