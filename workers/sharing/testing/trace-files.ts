/** Owns writing traces as the files that `segue sharing evaluate` reads. */

import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'
import type { PlayEvent } from '../detector/play-event.ts'
import type { Trace } from './trace.ts'

const LINES_A_CHUNK = 1_000

export async function writeTrace(trace: Trace, eventsPath: string, labelsPath: string): Promise<void> {
  await pipeline(Readable.from(chunksOf(trace.events)), createWriteStream(eventsPath))
  const rows = [...trace.labels].map(([account, { shared }]) => [account, String(shared)])
  await pipeline(
    Readable.from(rows),
    stringify({ header: true, columns: ['account', 'shared'] }),
    createWriteStream(labelsPath),
  )
}

export function eventLine({ atMs, account, plan, device, kind, ip, asn, country, place, event }: PlayEvent): string {
  const [lat, lon] = [place?.lat ?? null, place?.lon ?? null]
  const at = new Date(atMs).toISOString()
  return `${JSON.stringify({ at, account, plan, device, kind, ip, asn: asn ?? null, country, lat, lon, event })}\n`
}

function* chunksOf(events: readonly PlayEvent[]): Generator<string> {
  for (let from = 0; from < events.length; from += LINES_A_CHUNK)
    yield events
      .slice(from, from + LINES_A_CHUNK)
      .map(eventLine)
      .join('')
}
