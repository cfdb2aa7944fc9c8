/** Owns the planted faults: each breaks one thing of the product or of what it stands on, and names the invariant that must see it. */

import type { PlaybackLog } from '../../infra/kafka/producer.ts'
import type { AccountStore } from '../../infra/redis/account-store.ts'
import type { SessionSave, SessionStore } from '../../infra/redis/session-store.ts'
import { decodeRecord, encodeRecord } from '../../protocol/events/record-codec.ts'
import type { DownMessage } from '../../protocol/messages/down.ts'
import type { Playback } from '../../protocol/messages/playback.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'
import { plainMsgpack } from '../../protocol/plain-msgpack.ts'
import type { SessionSnapshot } from '../../session/snapshot.ts'
import type { AccountModel } from './account-model.ts'
import type { ClickHouseBook, RoyaltyBook } from './books.ts'
import type { InvariantId } from './invariants.ts'
import type { RedisModel } from './redis-model.ts'

export interface Plant {
  readonly breaks: InvariantId | undefined
  readonly what: string
  readonly store?: (store: SessionStore) => SessionStore
  readonly log?: (log: PlaybackLog) => PlaybackLog
  readonly books?: (clickhouse: ClickHouseBook, royalties: RoyaltyBook) => void
  readonly redis?: (redis: RedisModel) => void
  readonly accountStore?: (store: AccountStore) => AccountStore
  readonly accounts?: (accounts: AccountModel) => void
  /** What a gateway hears; `open` is the stream that its session plays. */
  readonly up?: (message: UpMessage, open: string | undefined) => UpMessage
  /** What a gateway sends: itself, something else, nothing, or something twice. */
  readonly down?: (message: DownMessage) => readonly DownMessage[]
  readonly noReaper?: boolean
}

export const NO_PLANT: Plant = { breaks: undefined, what: 'nothing' }

/** The state of a session as it is taken, altered. */
function onTake(change: (session: Mutable) => void): NonNullable<Plant['store']> {
  return (store) => ({
    ...store,
    take: async (...which) => {
      const taken = await store.take(...which)
      if (taken.result !== 'taken') return taken
      const state = plainMsgpack.unpack(taken.state) as { session: Mutable }
      change(state.session)
      return { ...taken, state: plainMsgpack.pack(state) }
    },
  })
}

type Mutable = { -readonly [Key in keyof SessionSnapshot]: SessionSnapshot[Key] }

/** With each such word about a stream goes a grant of its first chunk. */
function thenGranted(isSuch: (word: Playback) => boolean): NonNullable<Plant['down']> {
  return (message) => {
    if (message.type !== 'playback' || message.stream_id === undefined || !isSuch(message)) return [message]
    const { stream_id, at_ms } = message
    const chunks = [{ index: 0, url: 'audio' }]
    return [message, { type: 'grant', stream_id, bitrate_kbps: 160, expires_at_ms: at_ms + 60_000, chunks }]
  }
}

/** The end of a stream as it goes to Kafka, altered. */
function onEnd(change: (msPlayed: number) => number): NonNullable<Plant['log']> {
  return (log) => ({
    ...boundLog(log),
    append: (key, value) => {
      const record = decodeRecord(value)
      if (record.type !== 'stream-ended') return log.append(key, value)
      return log.append(key, encodeRecord({ ...record, ms_played: change(record.ms_played) }))
    },
  })
}

const boundLog = (log: PlaybackLog): PlaybackLog => ({
  append: (key, value) => log.append(key, value),
  flush: () => log.flush(),
  stop: () => log.stop(),
})

const isType = (value: Uint8Array, type: string) => decodeRecord(value).type === type

export const PLANTS = {
  'message-dropped': {
    breaks: 'I1',
    what: 'a gateway leaves out every fifth answer',
    down: (message) => (message.type === 'playback' && message.seq % 5 === 0 ? [] : [message]),
  },
  'answer-sent-twice': {
    breaks: 'I2',
    what: 'a gateway sends every answer twice',
    down: (message) => (message.type === 'playback' ? [message, message] : [message]),
  },
  'requests-forgotten': {
    breaks: 'I3',
    what: 'a session that is taken has forgotten which requests it answered, and does again what is asked again',
    store: onTake((session) => {
      session.lastRequest = 0
    }),
  },
  'ack-before-kafka': {
    breaks: 'I4',
    what: 'telemetry is acknowledged though Kafka did not take it',
    log: (log) => ({
      ...boundLog(log),
      append: async (key, value) => {
        const appended = log.append(key, value)
        if (isType(value, 'telemetry')) await appended.catch(() => undefined)
        else await appended
      },
    }),
  },
  'dedupe-off': {
    breaks: 'I5',
    what: 'ClickHouse takes every event that it is given',
    books: (clickhouse) => {
      clickhouse.isThere = () => false
    },
  },
  'no-reaper': { breaks: 'I6', what: 'nobody ends the streams of dead gateways', noReaper: true },
  'began-before-saved': {
    breaks: 'I6',
    what: 'the will of a stream is not saved with it',
    store: (store) => ({ ...store, save: (save: SessionSave) => store.save({ ...save, stream: undefined }) }),
  },
  'ms-played-tripled': { breaks: 'I7', what: 'three times what was heard is recorded', log: onEnd((ms) => ms * 3) },
  'granted-ignored': {
    breaks: 'I8',
    what: 'a minute that was never granted is recorded',
    log: onEnd((ms) => ms + 60_000),
  },
  'ms-played-and-a-bit': {
    breaks: 'I9',
    what: 'a second more than was heard is recorded',
    log: onEnd((ms) => ms + 1_000),
  },
  'first-end-wins': {
    breaks: 'I10',
    what: 'PostgreSQL keeps the first end of a stream, not the longest',
    books: (_clickhouse, royalties) => {
      royalties.isLonger = () => false
    },
  },
  'fence-down': {
    breaks: 'I11',
    what: 'Redis takes the save of a gateway that lost the session',
    redis: (redis) => {
      redis.isFenced = () => false
    },
  },
  'grants-while-paused': {
    breaks: 'I12',
    what: 'a gateway grants a chunk with each word that a stream is paused',
    down: thenGranted(({ status }) => status === 'paused'),
  },
  'sign-in-never-answered': {
    breaks: 'I13',
    what: 'gateways answer neither sign-in nor resume',
    down: (message) => (message.type === 'ready' || message.type === 'resumed' ? [] : [message]),
  },
  'session-forgotten': {
    breaks: 'I14',
    what: 'Redis forgets sessions after a minute',
    redis: (redis) => {
      redis.waitOf = () => 60_000
    },
  },
  'handler-throws': {
    breaks: 'I15',
    what: 'a record cannot be appended: the handler throws',
    log: (log) => ({
      ...boundLog(log),
      append: (key, value) => {
        if (isType(value, 'telemetry')) throw new TypeError('planted')
        return log.append(key, value)
      },
    }),
  },
  'stream-forgotten': {
    breaks: 'I16',
    what: 'a session that is taken has forgotten its stream, and says nothing',
    store: onTake((session) => {
      session.at = 'idle'
      session.stream = null
    }),
  },
  'half-paid': { breaks: 'I17', what: 'half of what was heard is recorded', log: onEnd((ms) => Math.floor(ms / 2)) },
  'plan-ignored': {
    breaks: 'I18',
    what: 'a gateway asks for a lease as if the plan paid for nine',
    accountStore: (store) => ({
      ...store,
      play: (device, wish) => store.play(device, { ...wish, streams: 9, perMember: 9 }),
    }),
  },
  'fence-falls': {
    breaks: 'I19',
    what: 'Redis takes its clock for the fence, which was set back',
    accounts: (accounts) => {
      accounts.fenceAfter = (last, held, nowMs) => (last === 0 ? Math.max(held + 1, nowMs) : last - 1)
    },
  },
  'evicted-granted': {
    breaks: 'I20',
    what: 'a gateway grants chunks of a stream that another device stopped',
    down: thenGranted(({ status, reason }) => status === 'stopped' && reason === 'evicted'),
  },
  'stream-unread': {
    breaks: 'I22',
    what: 'a gateway reads neither by which fence nor of which stream it is asked',
    up: (message, open) => {
      if (open === undefined) return message
      if (message.type !== 'next' && message.type !== 'pause' && message.type !== 'seek') return message
      const { fence: _unread, ...rest } = message
      return { ...rest, stream_id: open }
    },
  },
  'late-transfer-taken': {
    breaks: 'I21',
    what: 'Redis moves a stream by whatever fence is named',
    accounts: (accounts) => {
      accounts.isNamed = () => true
    },
  },
  'late-beat-taken': {
    breaks: 'I21',
    what: 'Redis gives a device that was stopped its lease back when it beats and there is room',
    accounts: (accounts) => {
      accounts.isStopped = () => false
    },
  },
} as const satisfies Record<string, Plant>

export type PlantName = keyof typeof PLANTS
