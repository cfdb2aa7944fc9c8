/** Owns the health question over HTTP, with a bound on the wait. */

const WAIT_MS = 2_000

/** Resolves when `url` answers 200, and with `body` when that is given. */
export async function probeHttp(url: string, body?: string): Promise<void> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(WAIT_MS) })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`)
  if (body !== undefined && text !== body)
    throw new Error(`${url} answered '${text.slice(0, 80)}' in place of '${body}'`)
}
