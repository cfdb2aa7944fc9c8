/**
 * Owns the time that is measured by: it never falls, and follows the system clock slowly when that was set.
 * The one jump that it makes, over a sleep of the machine, looks to the monitor like the stall that it is.
 */

/** A clock that was set is followed by this much of the time that passes (as adjtime does). */
const SLEW = 0.001
/** Set forward by more than this between two readings, it is followed at once: the machine slept, and whoever waits for its time would wait for days. */
const LEAP_MS = 10_000

/** Milliseconds since 1970, never falling. `system` may jump, `steady` must not. */
export function createClock(system: () => number, steady: () => number): () => number {
  let lastSteady = steady()
  let now = system()
  let lastAhead = now - lastSteady
  let lastSystem = now
  return () => {
    const systemNow = system()
    // Thousands of frames may come within one of its milliseconds: they came at the same time.
    if (systemNow === lastSystem) return Math.floor(now)
    lastSystem = systemNow
    const steadyNow = steady()
    const passed = Math.max(0, steadyNow - lastSteady)
    lastSteady = steadyNow
    // Several small settings are no sleep, however much they come to.
    const leapt = systemNow - steadyNow - lastAhead
    lastAhead = systemNow - steadyNow
    const behind = systemNow - (now + passed)
    const slept = leapt > LEAP_MS && behind > 0
    const follow = slept ? behind : Math.sign(behind) * Math.min(Math.abs(behind), passed * SLEW)
    now += passed + follow
    return Math.floor(now)
  }
}
