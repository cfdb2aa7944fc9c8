/** Owns the time that is measured by: it never jumps, and follows the system clock slowly when that was set. */

/** A clock that was set is followed by this much of the time that passes (as adjtime does). */
const SLEW = 0.001

/** Milliseconds since 1970, never falling. `system` may jump, `steady` must not. */
export function createClock(system: () => number, steady: () => number): () => number {
  let lastSteady = steady()
  let now = system()
  return () => {
    const steadyNow = steady()
    const passed = Math.max(0, steadyNow - lastSteady)
    lastSteady = steadyNow
    const behind = system() - (now + passed)
    const follow = Math.sign(behind) * Math.min(Math.abs(behind), passed * SLEW)
    now += passed + follow
    return Math.floor(now)
  }
}
