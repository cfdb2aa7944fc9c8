/** Owns streams as the rows of a frozen file, by the way of objects: a second one to what makes rows of what PostgreSQL copies. */

import type { FrozenStream } from '../close/frozen-month.ts'

export function streamLine(stream: FrozenStream): string {
  const { id, listener, isrc, artist, startedAt, msPlayed, territory, tier, discovery, late } = stream
  const row = ['stream', id, listener, isrc, artist, startedAt, msPlayed, territory, tier, discovery]
  return `${JSON.stringify(late === undefined ? row : [...row, late.month, late.reason])}\n`
}

/** As `writeFrozen` takes them. */
export async function* asRows(streams: readonly FrozenStream[]) {
  for (const stream of streams) yield { bytes: Buffer.from(streamLine(stream)), count: 1 }
}
