/** Owns the health question through TLS, by an authority that the system does not know. */

import { readFile } from 'node:fs/promises'
import { get } from 'node:https'

const WAIT_MS = 2_000

/** Resolves when `url` answers 200 under a certificate of the authority in the file. */
export async function probeHttps(url: string, authorityFile: string): Promise<void> {
  const ca = await readFile(authorityFile)
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const request = get(url, { ca, timeout: WAIT_MS, agent: false }, (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode))
    })
    request.once('timeout', () => request.destroy(new Error(`${url} did not answer within ${WAIT_MS} ms`)))
    request.once('error', reject)
  })
  if (status !== 200) throw new Error(`${url} answered ${status}`)
}
