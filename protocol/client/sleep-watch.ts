/** Owns noticing that this process or page did not run for a while: a tick that comes much too late by the wall clock. */

const TICK_MS = 2_000
/** More than a busy process is late by, less than a gateway waits for a heartbeat. */
const SLEPT_MS = 3_000

/** Calls `slept` after each sleep; returns how to stop that. */
export function watchForSleep(slept: () => void): () => void {
  // The clock of timers stands still while a machine sleeps, the wall clock does not.
  let expectedMs = Date.now() + TICK_MS
  const timer = setInterval(() => {
    const lateMs = Date.now() - expectedMs
    expectedMs = Date.now() + TICK_MS
    if (lateMs > SLEPT_MS) slept()
  }, TICK_MS)
  return () => clearInterval(timer)
}
