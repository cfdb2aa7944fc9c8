/** Owns what public and collaborative playlists say: tracks that somebody put together, as if they had been heard one after the other. */

import type { SharedPlaylist } from '../../../infra/catalog/known-tracks.ts'
import { MEMORY_LIMITS, type Memory, PLAYLISTS } from './memory.ts'

/** In the place of what they were; those that are gone, or seen by their owners alone now, go. */
export function learnPlaylists(memory: Memory, playlists: readonly SharedPlaylist[]): void {
  const known = new Map([...memory.sessionsOf(PLAYLISTS)].map((session) => [session.id, session]))
  for (const { playlistId, changedAtMs, trackIds } of playlists) {
    const before = known.get(playlistId)
    known.delete(playlistId)
    const ids = trackIds.slice(-MEMORY_LIMITS.tracksOfSession)
    if (before !== undefined && isSame(before.tracks, ids)) continue
    const at = Math.floor(changedAtMs / 1000)
    memory.put(PLAYLISTS, { id: playlistId, country: '', at, isSkip: [], streams: [] }, ids)
  }
  for (const id of known.keys()) memory.remove(PLAYLISTS, id)
}

function isSame(tracks: readonly { readonly id: string }[], ids: readonly string[]): boolean {
  return tracks.length === ids.length && ids.every((id, n) => tracks[n]?.id === id)
}
