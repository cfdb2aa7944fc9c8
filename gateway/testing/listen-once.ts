/** Owns a listener of tests who signs in, plays a track, tells what he saw, looks for something and stops: all that a player leaves behind. */

import { setTimeout as wait } from 'node:timers/promises'
import { uuidv7 } from '../../protocol/ids.ts'
import type { DeviceKind } from '../../protocol/vocabulary.ts'
import { RawPlayer } from './raw-player.ts'

export interface OneEvening {
  readonly token: string
  readonly device: { readonly id: string; readonly name: string; readonly kind: DeviceKind }
  readonly trackId: string
  /** For how long, in the time of the clock: half a minute makes a stream that counts. */
  readonly forMs: number
  /** What he types into the search. */
  readonly query: string
  /** From where he comes. */
  readonly localAddress: string
}

const BEATS_EVERY_MS = 5_000
const MOST_SEARCHES = 10

/** Resolves when the gateway has acknowledged all of it. The session waits for him to come back. */
export async function listenOnce(url: string, evening: OneEvening): Promise<void> {
  const { token, device, trackId, forMs, query, localAddress } = evening
  const player = RawPlayer.connect(url, 'msgpack', localAddress)
  await player.hears('hello')
  player.says({ type: 'authenticate', token, device })
  await player.hears('ready')
  player.says({ type: 'rename', id: 1, name: device.name })
  await player.hears('done')
  player.says({ type: 'play', id: 2, track_id: trackId })
  const { stream_id = '', fence } = await player.hears('playback')
  player.says({ type: 'credit', stream_id, bitrate_kbps: 96, next_chunk: 0, chunks: 8 })
  await player.hears('grant')
  const beganMs = Date.now()
  const beat = async () => {
    const sent_at_ms = Date.now()
    player.says({ type: 'heartbeat', sent_at_ms, stream_id, position_ms: sent_at_ms - beganMs })
    await player.hears('heartbeat_ack')
    return sent_at_ms - beganMs
  }
  const seen = (seq: number) => {
    const at_ms = Date.now()
    const of = { id: uuidv7(at_ms), seq, kind: 'position', at_ms, stream_id, position_ms: 0 } as const
    return fence === undefined ? of : { ...of, fence }
  }
  player.says({ type: 'telemetry', batch: 1, events: [seen(1), seen(2)] })
  await player.hears('ack')
  await looksFor(player, query)
  while ((await beat()) < forMs) await wait(BEATS_EVERY_MS)
  player.says({ type: 'stop', id: 3, stream_id, position_ms: Date.now() - beganMs, reason: 'stopped' })
  await player.hears('playback')
  player.hangUp()
}

/** Again while the search refuses: it gives up sooner than a cold index answers. */
async function looksFor(player: RawPlayer, query: string): Promise<void> {
  for (let id = 100; id < 100 + MOST_SEARCHES; id += 1) {
    player.says({ type: 'search', id, query })
    for (;;) {
      const heard = await player.hearsAny()
      if (heard.type === 'found' && heard.re === id) return
      if (heard.type === 'error' && heard.re === id) break
    }
    await wait(1_000)
  }
  throw new Error(`the search refused ${MOST_SEARCHES} times`)
}
