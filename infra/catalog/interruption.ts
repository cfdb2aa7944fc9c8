/** Owns Ctrl-C for commands that stop cleanly: the first ends the work, a second one, later, the process. */

/** npm sends on the signal that the terminal sent to all: within this time it is the same one. */
const SAME_SIGNAL_MS = 1_000
/** What a shell tells of a process that Ctrl-C ended. */
const EXIT_INTERRUPTED = 130

/**
 * Runs `work` with a signal that SIGINT and SIGTERM abort.
 * When it then ends by an error, `stopped` is told and the process ends with the code of an interrupted one.
 */
export async function untilInterrupted(stopped: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  let firstMs = Number.POSITIVE_INFINITY
  const stop = () => {
    const nowMs = performance.now()
    if (nowMs - firstMs > SAME_SIGNAL_MS) process.exit(EXIT_INTERRUPTED)
    firstMs = Math.min(firstMs, nowMs)
    controller.abort(new Error('interrupted'))
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  try {
    await work(controller.signal)
  } catch (error) {
    if (!controller.signal.aborted) throw error
    console.error(stopped)
    process.exitCode = EXIT_INTERRUPTED
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}
