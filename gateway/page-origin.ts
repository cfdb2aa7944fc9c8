/** Owns which pages may open a socket: those that the gateway serves, those of this machine, and those that are named. */

/** Says whether a page of `origin` may, at a gateway that was asked for as `host`. */
export type MayOpen = (origin: string, host: string) => boolean

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * A socket opens nothing by itself: what counts is the token that is said over it, and no cookie goes along. This is the second door.
 * What is no browser says no origin, and could say any.
 */
export function createPageOrigins(named: readonly string[]): MayOpen {
  return (origin, host) => {
    if (origin === '' || named.includes(origin)) return true
    if (!URL.canParse(origin)) return false
    const page = new URL(origin)
    if (page.host === host) return true
    // A page in development, of another port of the machine that the gateway is on.
    return LOOPBACK.has(page.hostname) && LOOPBACK.has(host.replace(/:\d+$/, ''))
  }
}
