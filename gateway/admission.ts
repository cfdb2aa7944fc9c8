/** Owns who is let in when many come at once: a bound on sockets, a rate of sign-ins. A resume never waits behind a sign-in. */

export interface AdmissionLimits {
  readonly maxSockets: number
  /** Sign-ins a second, each a check of a signature; as many may come at once. */
  readonly signInsPerSecond: number
}

export interface Admission {
  /** Whether one more socket may open beside `open`. */
  hasRoom(open: number): boolean
  /** Takes a place for a sign-in: 0, or how many ms to wait for one. */
  waitForSignInMs(nowMs: number): number
}

/** A token bucket: it fills at the rate, and holds a second's worth. */
export function createAdmission({ maxSockets, signInsPerSecond }: AdmissionLimits): Admission {
  let tokens = signInsPerSecond
  let atMs = 0
  return {
    hasRoom: (open) => open < maxSockets,
    waitForSignInMs(nowMs) {
      tokens = Math.min(signInsPerSecond, tokens + ((nowMs - atMs) / 1000) * signInsPerSecond)
      atMs = nowMs
      if (tokens < 1) return Math.ceil(((1 - tokens) / signInsPerSecond) * 1000)
      tokens -= 1
      return 0
    },
  }
}
