/** Owns the life of a process: services start in order, drain and stop in reverse, and a failed start unwinds. */

import type { Logger } from './log.ts'

/** One thing that lives and ends with the process. Every method may be called again without harm. */
export interface Service {
  readonly name: string
  start(signal: AbortSignal): Promise<void>
  /** Stop taking new work and finish what is under way, at the latest by `deadline` (ms since 1970). */
  drain?(deadline: number): Promise<void>
  stop(): Promise<void>
}

export interface RunningServices {
  /** Drains, then stops, in reverse order; a second call returns the first one's promise. */
  shutdown(deadline: number): Promise<void>
}

/** Starts `services` in order. When one fails, those already started are stopped, and the failure is rethrown. */
export async function startServices(
  services: readonly Service[],
  log: Logger,
  signal: AbortSignal = new AbortController().signal,
): Promise<RunningServices> {
  const started: Service[] = []
  try {
    for (const service of services) {
      signal.throwIfAborted()
      started.unshift(service)
      await service.start(signal)
      log.debug({ part: service.name }, 'started')
    }
  } catch (cause) {
    await stopAll(started, log)
    throw cause
  }

  let ending: Promise<void> | undefined
  return {
    shutdown(deadline) {
      ending ??= (async () => {
        for (const service of started) {
          await service
            .drain?.(deadline)
            .catch((error: unknown) => log.error({ part: service.name, err: error }, 'drain failed'))
        }
        await stopAll(started, log)
      })()
      return ending
    },
  }
}

async function stopAll(services: readonly Service[], log: Logger): Promise<void> {
  for (const service of services) {
    await service.stop().catch((error: unknown) => log.error({ part: service.name, err: error }, 'stop failed'))
  }
}

/**
 * Runs `services` until SIGINT or SIGTERM, then shuts down within `deadlineMs` and exits 0.
 * A second signal, or the deadline, ends the process at once with exit code 1.
 */
export async function runUntilSignal(services: readonly Service[], log: Logger, deadlineMs = 10_000): Promise<void> {
  const aborted = new AbortController()
  const stopped = new Promise<void>((resolve, reject) => {
    let running: RunningServices | undefined
    const end = (name: NodeJS.Signals) => {
      if (aborted.signal.aborted) {
        log.warn({ signal: name }, 'second signal, leaving at once')
        process.exit(1)
      }
      aborted.abort()
      setTimeout(() => {
        log.error({ deadline_ms: deadlineMs }, 'shutdown passed its deadline')
        process.exit(1)
      }, deadlineMs).unref()
      running?.shutdown(Date.now() + deadlineMs).then(resolve, reject)
    }
    process.on('SIGINT', end)
    process.on('SIGTERM', end)
    startServices(services, log, aborted.signal).then((value) => {
      running = value
      if (aborted.signal.aborted) running.shutdown(Date.now() + deadlineMs).then(resolve, reject)
    }, reject)
  })
  await stopped
}
