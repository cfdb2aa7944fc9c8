/** Owns what waits to go to the books: records of a session's streams, in order, until a save holds them. */

import { isEnd, type PlayRecord } from '../protocol/events/playback-record.ts'
import type { HeldSession } from './held-session.ts'

/** No save has held the beginning of this stream: no other gateway knows of it, nor does the reaper. */
export function isOwn({ unrecorded }: HeldSession, streamId: string): boolean {
  return unrecorded.some((record) => !isEnd(record) && record.stream_id === streamId)
}

/** Takes those of `saved`, which a save holds by now; what has gone to the books meanwhile is not taken again. */
export function takeSaved(held: HeldSession, saved: readonly PlayRecord[]): readonly PlayRecord[] {
  if (saved.length === 0) return saved
  const taken = held.unrecorded.filter((record) => saved.includes(record))
  held.unrecorded = held.unrecorded.filter((record) => !saved.includes(record))
  return taken
}

/** Takes the streams that began and ended without a save. */
export function takeOwnAndOver(held: HeldSession): readonly PlayRecord[] {
  const over = new Set<string>()
  for (const record of held.unrecorded) {
    if (isEnd(record) && isOwn(held, record.stream_id)) over.add(record.stream_id)
  }
  const taken = held.unrecorded.filter(({ stream_id }) => over.has(stream_id))
  if (over.size > 0) held.unrecorded = held.unrecorded.filter(({ stream_id }) => !over.has(stream_id))
  return taken
}
