/** Owns what the tests of the core play: a track of 60 s in three renditions, and its listener. */

import type { Identity } from './identity.ts'
import type { DeviceFacts } from './session.ts'
import type { Track } from './track.ts'

export const TRACK_ID = '018f0000-0000-7000-8000-0000000000aa'
export const STREAM_ID = '018f0000-0000-7000-8000-0000000000bb'

export function aTrack(changes: Partial<Track> = {}): Track {
  return {
    track_id: TRACK_ID,
    title: 'Lanterns',
    artist_id: '018f0000-0000-7000-8000-0000000000cc',
    artist: 'The Ferrymen',
    album_id: '018f0000-0000-7000-8000-0000000000dd',
    album: 'Low Water',
    isrc: 'ZZSEG2600001',
    duration_ms: 60_000,
    chunk_ms: 4_000,
    renditions: [96, 160, 320].map((bitrate_kbps) => ({
      bitrate_kbps: bitrate_kbps as 96 | 160 | 320,
      codec: 'mp4a.40.2',
      chunk_count: 15,
    })),
    ...changes,
  }
}

export const DEVICE: DeviceFacts = { name: 'Kitchen', member: '', place: 'DE' }

export const LISTENER: Identity = {
  v: 1,
  account_id: 'acct-ada',
  session_id: '018f0000-0000-7000-8000-0000000000ee',
  device_id: 'device-1',
  device_kind: 'web',
  plan: 'individual',
  country: 'DE',
}
