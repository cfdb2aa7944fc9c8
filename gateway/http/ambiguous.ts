/** Owns which requests are not read: those whose end may be read in two ways, so that what follows may be meant to pass for another request. */

import type { HttpRequest } from 'uWebSockets.js'

/** The edge refuses such already; here for who reaches a gateway round it, as uWebSockets.js takes the first of two lengths. */
export function isAmbiguous(req: Pick<HttpRequest, 'forEach'>): boolean {
  const lengths: string[] = []
  const encodings: string[] = []
  req.forEach((name, value) => {
    if (name === 'content-length') lengths.push(value)
    if (name === 'transfer-encoding') encodings.push(value)
  })
  if (encodings.length === 0) return lengths.length > 1
  return lengths.length > 0 || encodings.length > 1 || encodings[0]?.toLowerCase() !== 'chunked'
}
