/** Owns how those who listen spend the time of a scenario: when they come, what happens to them, when they go. */

import { check } from 'k6'
import { SegueError } from '../../../protocol/client/index.ts'
import { beganMs, endsMs, type Place, placesOf, settings, until, urlOf } from './given.ts'
import { Listener } from './listener.ts'
import { meters } from './meters.ts'
import { LEAVING_MS } from './options.ts'
import type { Found } from './setup.ts'

/** Nobody signs in at the same moment as all others, but where a scenario says so. */
const ARRIVE_WITHIN_SHARE = 0.2
const LOOK_EVERY_MS = 100

export async function listening({ tracks }: Found): Promise<void> {
  await Promise.all(placesOf('listener').map((place) => listen(place, tracks)))
}

async function listen(place: Place, tracks: readonly string[]): Promise<void> {
  const { arrivesMs, leavesMs } = stayOf(place.number)
  await until(arrivesMs)
  const url = (attempt: number) => urlOf(place.number, attempt)
  const listener = new Listener({ role: 'listener', ...place, url, tracks, fetchAudio: settings.fetchAudio })
  try {
    await began(listener)
    await HAPPENS[settings.scenario]?.(listener)
    await until(leavesMs)
    await acknowledged(listener)
  } finally {
    check(listener, { 'was heard': ({ wasHeard }) => wasHeard }, { role: 'listener' })
    listener.leaves()
  }
}

/** When a listener comes and goes. On an evening, who comes first goes first. */
function stayOf(number: number): { arrivesMs: number; leavesMs: number } {
  const share = number / (settings.clients.listener ?? 1)
  const allMs = endsMs() - beganMs()
  if (settings.scenario === 'ramp') {
    const third = allMs / 3
    return { arrivesMs: beganMs() + share * third, leavesMs: beganMs() + 2 * third + share * third }
  }
  return { arrivesMs: beganMs() + share * ARRIVE_WITHIN_SHARE * allMs, leavesMs: endsMs() }
}

/** Signed in, and its first track asked for; asked again where that may succeed later. */
async function began(listener: Listener): Promise<void> {
  while (Date.now() < endsMs()) {
    if (listener.client.state === 'failed') return
    if (listener.client.state === 'connected') {
      if (await answered(() => listener.plays())) return
    }
    await until(Date.now() + LOOK_EVERY_MS)
  }
}

/** What was said last is given time to be acknowledged. */
async function acknowledged({ client }: Listener): Promise<void> {
  const deadlineMs = Date.now() + LEAVING_MS
  while (client.pendingEvents > 0 && Date.now() < deadlineMs) await until(Date.now() + LOOK_EVERY_MS)
}

/** Asks, and measures the answer. A refusal is counted; only where the line went is it no refusal. */
async function answered(ask: () => Promise<unknown>): Promise<boolean> {
  const askedMs = Date.now()
  try {
    await ask()
    meters.answer.add(Date.now() - askedMs, { role: 'listener' })
    return true
  } catch (error) {
    if (!(error instanceof SegueError)) throw error
    if (error.code !== 'disconnected') meters.refusals.add(1, { role: 'listener', error: error.code })
    return false
  }
}

const HAPPENS: Partial<Record<typeof settings.scenario, (listener: Listener) => Promise<void>>> = {
  /** Each request once. */
  async smoke({ player, client }) {
    const allMs = endsMs() - Date.now()
    const step = () => until(Date.now() + allMs / 8)
    await step()
    const works = {
      'pause is answered': await answered(() => player.pause()),
      'play goes on': await answered(() => player.goOn()),
      'seek is answered': await answered(() => player.seek(player.positionMs + 5_000)),
    }
    await step()
    const before = client.playback?.stream_id
    const next = await answered(() => player.next('next'))
    check(
      { ...works, 'next begins another stream': next && client.playback?.stream_id !== before },
      Object.fromEntries(
        [...Object.keys(works), 'next begins another stream'].map((name) => [
          name,
          (seen: Record<string, boolean>) => seen[name] === true,
        ]),
      ),
      { role: 'listener' },
    )
  },
  /** All lines break at half of the time. */
  async storm(listener) {
    await until((beganMs() + endsMs()) / 2)
    listener.breaks()
  },
}
