/** Owns what stands behind the ports of the bench gateway: a log, sessions, a catalog and an issuer that never leave the process. */

import type { CatalogSource } from '../../gateway/catalog.ts'
import { UNKNOWN_SIGN_IN, type VerifyToken } from '../../gateway/token-verifier.ts'
import { type PlaybackLog, PlaybackLogError } from '../../infra/kafka/playback-log.ts'
import type { SessionStore } from '../../infra/redis/session-store.ts'
import { DOWN_EXAMPLES, UP_EXAMPLES } from '../../protocol/fixtures/messages.ts'
import type { Track } from '../../session/track.ts'
import { RedisModel, storeOver } from '../simulation/redis-model.ts'

const ORIGINAL = DOWN_EXAMPLES.playback.track as Track
const WAIT_MS = 600_000
const idOf = (digit: number) => `${ORIGINAL.track_id.slice(0, -1)}${digit.toString(16)}`

/** One that may be played no more, and one that there never was. */
export const WITHDRAWN = idOf(14)
export const UNKNOWN = idOf(15)
export const TRACKS: readonly Track[] = [0, 1, 2, 3, 4].map((digit) => ({
  ...ORIGINAL,
  track_id: idOf(digit),
  renditions: [96, 160, 320].map((bitrate_kbps) => ({
    ...ORIGINAL.renditions[0],
    bitrate_kbps,
  })) as Track['renditions'],
}))

export const catalogSource: CatalogSource = {
  findTrack: async (id) => (id === WITHDRAWN ? 'withdrawn' : TRACKS.find(({ track_id }) => track_id === id)),
  albumTracks: async () => TRACKS,
  artistTracks: async () => TRACKS,
}

/** Takes all but one record of a hundred. */
export function playbackLog(random: () => number): PlaybackLog {
  return {
    async append() {
      if (random() < 0.01) throw new PlaybackLogError(random() < 0.5 ? 'unavailable' : 'overloaded', 'by chance')
    },
    flush: async () => undefined,
    stop: async () => undefined,
  }
}

/** The tokens of the examples are good. */
export function issuer(account: { readonly id: string }, expiresAtMs: () => number): VerifyToken {
  return async (token) =>
    token === UP_EXAMPLES.authenticate.token
      ? {
          ok: true,
          subject: {
            ...{ accountId: account.id, name: 'Ada', plan: 'individual', country: 'DE', member: '', roles: [] },
            expiresAtMs: expiresAtMs(),
            signIn: UNKNOWN_SIGN_IN,
          },
        }
      : { ok: false, refusal: 'token_malformed' }
}

/** Redis with the latest sessions: it begins anew after so many saves, so that memory does not grow with the frames, and some sessions are gone. */
export function sessionStore(now: () => number, savesEach: number): SessionStore {
  let redis = new RedisModel(now)
  let saves = 0
  const store = storeOver(async (call) => call(redis), { gatewayId: 'bench', waitMs: WAIT_MS })
  return {
    ...store,
    save(save) {
      saves += 1
      if (saves % savesEach === 0) redis = new RedisModel(now)
      return store.save(save)
    },
  }
}
