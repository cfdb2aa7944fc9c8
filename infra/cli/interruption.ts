/** Owns Ctrl-C, SIGTERM and a closed terminal: the first asks to stop, a later one insists. */

import { constants } from 'node:os'

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Ctrl-C reaches the whole terminal and npm passes it on: what comes this soon is the same wish. */
const SAME_WISH_MS = 1_000

export interface Interruption {
  readonly signal: AbortSignal
  /** The exit code a shell gives to a program that the signal ended; 0 while there was none. */
  readonly exitCode: number
  end(): void
}

export function onInterruption(say: (line: string) => void): Interruption {
  const asked = new AbortController()
  let askedAtMs = 0
  let exitCode = 0
  const take = (name: NodeJS.Signals) => {
    if (!asked.signal.aborted) {
      askedAtMs = Date.now()
      exitCode = 128 + constants.signals[name]
      asked.abort(new Error(`stopped by ${name}`))
    } else if (Date.now() - askedAtMs > SAME_WISH_MS) {
      say('  stopping at once')
      // The kernel signals every part when this process is gone.
      process.exit(exitCode)
    }
  }
  for (const name of STOP_SIGNALS) process.on(name, take)
  return {
    signal: asked.signal,
    get exitCode() {
      return exitCode
    },
    end() {
      for (const name of STOP_SIGNALS) process.off(name, take)
    },
  }
}
