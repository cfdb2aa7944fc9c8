/** Owns the life of a process: services start in order, drain and stop in reverse, and a failed start unwinds. */

import type { Logger } from './log.ts'

/** What is left for stopping when draining has taken all the time it may. */
const STOP_WITHIN_MS = 1_000

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
        for (const service of started) await drain(service, deadline, log)
        await stopAll(started, log)
      })()
      return ending
    },
  }
}

/** Until it is done or `deadline` has come: a part that does not keep to it must not take the others' time to stop. */
async function drain(service: Service, deadline: number, log: Logger): Promise<void> {
  if (service.drain === undefined) return
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(
      () => {
        log.warn({ part: service.name }, 'drain passed its deadline')
        resolve()
      },
      Math.max(0, deadline - Date.now()),
    )
  })
  const drained = service
    .drain(deadline)
    .catch((error: unknown) => log.error({ part: service.name, err: error }, 'drain failed'))
  await Promise.race([drained, late])
  clearTimeout(timer)
}

async function stopAll(services: readonly Service[], log: Logger): Promise<void> {
  for (const service of services) {
    await service.stop().catch((error: unknown) => log.error({ part: service.name, err: error }, 'stop failed'))
  }
}

/**
 * Runs `services` until SIGINT or SIGTERM, then shuts down within `deadlineMs`, the last of it kept for stopping, and
 * returns; also when the signal comes while they start. A second signal, or the deadline, ends the process with 1.
 */
export async function runUntilSignal(services: readonly Service[], log: Logger, deadlineMs = 10_000): Promise<void> {
  const aborted = new AbortController()
  const stopped = new Promise<void>((resolve, reject) => {
    let running: RunningServices | undefined
    const drainUntil = () => Date.now() + deadlineMs - Math.min(STOP_WITHIN_MS, deadlineMs / 2)
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
      running?.shutdown(drainUntil()).then(resolve, reject)
    }
    process.on('SIGINT', end)
    process.on('SIGTERM', end)
    startServices(services, log, aborted.signal).then(
      (value) => {
        running = value
        if (aborted.signal.aborted) running.shutdown(drainUntil()).then(resolve, reject)
      },
      (error: unknown) => {
        if (!aborted.signal.aborted) return reject(error)
        // Told to end before it had begun: what had started is stopped again, and that is all that was wanted.
        log.info({ err: error }, 'ended while starting')
        resolve()
      },
    )
  })
  await stopped
}
