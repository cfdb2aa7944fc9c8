/** Owns the two names of this machine: a page that is served at one is there at the other as well. */

const TWINS: Readonly<Record<string, string>> = { '127.0.0.1': 'localhost', localhost: '127.0.0.1' }

/** The other name of `origin`, or undefined when it is not of this machine. */
export function twinOrigin(origin: string): string | undefined {
  const { protocol, hostname, port } = new URL(origin)
  const twin = TWINS[hostname]
  return twin === undefined ? undefined : `${protocol}//${twin}${port === '' ? '' : `:${port}`}`
}
