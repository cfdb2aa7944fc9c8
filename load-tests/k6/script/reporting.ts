/** Owns those who report far more than a player does: telemetry as fast as the gateway may be sent it. */

import { check } from 'k6'
import { endsMs, placesOf, settings, until, urlOf } from './given.ts'
import { Listener } from './listener.ts'
import { LEAVING_MS } from './options.ts'
import type { Found } from './setup.ts'

/** Of each of them: batches of twenty, ten a second. */
const EVENTS_A_TURN = 20
const TURN_MS = 100
/** The gateway may be behind by so much before one waits for it. */
const MOST_PENDING = 2_000

export async function reporting({ tracks }: Found): Promise<void> {
  const { fetchAudio } = settings
  const all = placesOf('reporter').map(
    (place) =>
      new Listener({
        role: 'reporter',
        ...place,
        url: (attempt) => urlOf(place.number, attempt),
        tracks,
        fetchAudio,
      }),
  )
  const playing = new Set<Listener>()
  while (Date.now() < endsMs()) {
    for (const reporter of all) {
      if (reporter.client.state === 'connected' && !playing.has(reporter)) {
        playing.add(reporter)
        await reporter.plays()
      }
      report(reporter)
    }
    await until(Date.now() + TURN_MS)
  }
  const deadlineMs = Date.now() + LEAVING_MS
  while (all.some(({ client }) => client.pendingEvents > 0) && Date.now() < deadlineMs)
    await until(Date.now() + TURN_MS)
  for (const reporter of all) {
    check(reporter, { 'reported to the end': ({ client }) => client.state === 'connected' }, { role: 'reporter' })
    reporter.leaves()
  }
}

function report({ client, player }: Listener): void {
  const stream_id = client.playback?.stream_id
  if (stream_id === undefined || client.pendingEvents > MOST_PENDING) return
  for (let n = 0; n < EVENTS_A_TURN; n += 1) {
    client.report('position', {
      stream_id,
      position_ms: player.positionMs,
      buffer_ms: player.bufferMs,
      bitrate_kbps: 160,
    })
  }
}
