import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { SaveResult, SessionSave, SessionStore } from '../infra/redis/session-store.ts'
import { createDependency, type Dependency, DependencyAway } from '../infra/runtime/dependency.ts'
import { createLogger } from '../infra/runtime/log.ts'
import { decodeRecord } from '../protocol/events/record-codec.ts'
import { GRANT_POLICY } from '../session/chunk-window.ts'
import { aTrack, DEVICE, LISTENER, STREAM_ID } from '../session/fixtures.ts'
import { giveLease } from '../session/leasing.ts'
import { begin, credit, pause, resume, stop } from '../session/requests.ts'
import { newSession } from '../session/session.ts'
import { stopAt } from '../session/testing/playing-session.ts'
import { addUnsent, type HeldSession, hold } from './held-session.ts'
import { createMetrics } from './metrics.ts'
import { createSessionKeeper, type SessionKeeper } from './session-keeper.ts'

const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
const nothing = () => ({ sockets: 0, mostSockets: 0, backlogBytes: 0, unsaved: { sessions: 0, streams: 0 } })

/** Saves under way, to be answered by the test; what Redis would not keep is not kept here either. */
interface UnderWay {
  readonly save: SessionSave
  answer(result: SaveResult): void
  fail(error: Error): void
}
let saves: UnderWay[]
let words: string[]
let said: (number | 'grant')[]
/** In the books, and what else happened to the session. */
let recorded: string[]
let redis: Dependency
let keeper: SessionKeeper
let held: HeldSession

beforeEach(() => {
  ;[saves, words, said, recorded] = [[], [], [], []]
  redis = createDependency('redis', { log: createLogger('test', 'silent'), probe: async () => undefined })
  redis.worked()
  const word = (what: string) => async (_session: string, stream: string) => void words.push(`${what} ${stream}`)
  const store: SessionStore = {
    save: (save) =>
      new Promise((resolve, reject) => {
        saves.push({ save, answer: resolve, fail: reject })
      }),
    take: async () => ({ result: 'gone' }),
    look: async () => undefined,
    amend: async (_session, { streamId }) => void words.push(`amend ${streamId}`),
    settle: word('settle'),
    claim: async () => [],
    settleClaim: async () => undefined,
  }
  keeper = createSessionKeeper({
    store,
    redis,
    leaseMs: 45_000,
    metrics: createMetrics(nothing),
    events: {
      send: (_held, { messages }) => {
        for (const one of messages) said.push('frame' in one ? one.message.seq : 'grant')
      },
      record: (_held, { type, stream_id }) => recorded.push(`${type} ${stream_id}`),
      elsewhere: () => recorded.push('elsewhere'),
      letGo: () => recorded.push('let go'),
      streamEnded: (_held, streamId) => recorded.push(`lost ${streamId}`),
    },
  })
  held = hold(newSession(LISTENER, DEVICE), 1, 0)
  giveLease(held.session, { fence: 1, untilMs: 45_000 })
  const start = { re: 1, streamId: STREAM_ID, track: aTrack(), positionMs: 0, reason: 'pick' as const, upNext: [] }
  perform(begin(held.session, { ...start, endReason: 'pick', endPositionMs: undefined, endStreamId: undefined }, 0))
})

/** As `effects.ts` does it, for what is said, granted, recorded and saved. */
function perform(effects: ReturnType<typeof begin>): void {
  for (const effect of effects) {
    if (effect.kind === 'record') held.unrecorded.push(effect.record)
    if (effect.kind === 'say') addUnsent(held, effect)
    if (effect.kind === 'grant') {
      const { streamId, grant } = effect
      const chunks = grant.chunks.map((index) => ({ index, url: '' }))
      const { bitrate, expiresAtMs } = grant
      addUnsent(held, {
        type: 'grant',
        stream_id: streamId,
        bitrate_kbps: bitrate,
        expires_at_ms: expiresAtMs,
        chunks,
      })
    }
  }
  keeper.save(held)
}
const grants = () =>
  perform(
    credit(
      held.session,
      { type: 'credit', stream_id: STREAM_ID, bitrate_kbps: 160, next_chunk: 0, chunks: 4 },
      0,
      GRANT_POLICY,
    ),
  )
const pauses = (id: number) =>
  perform(pause(held.session, { type: 'pause', id, stream_id: STREAM_ID, position_ms: 0 }, 0))
const goesOn = (id: number) =>
  perform(resume(held.session, { id, stream_id: STREAM_ID }, 0, { lookAheadChunks: 0, urlLifeMs: 0, renewBeforeMs: 0 }))
const stops = (id: number) => perform(stop(held.session, stopAt(0, id), 0))
const OTHER_ID = '018f0000-0000-7000-8000-0000000000ff'
const BEGAN = `stream-started ${STREAM_ID}`
const ENDED = `stream-ended ${STREAM_ID}`
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('a session that Redis takes', () => {
  it('D4 saves with a stream the end by which the reaper would end it, from where its client spoke last', async () => {
    const network = { epoch: 2, address_hash: 'ab'.repeat(16), family: 4 as const, asn: null, place: null }
    held.network = { at: (nowMs) => ({ ...network, epoch: nowMs }), place: () => '' }
    pauses(2)
    saves[0]?.answer('saved')
    await settled()
    const will = decodeRecord(saves[1]?.save.stream?.record ?? new Uint8Array())
    expect(will).toMatchObject({
      type: 'stream-ended',
      reason_end: 'lost',
      stream_id: STREAM_ID,
      network: { ...network, epoch: 0 },
    })
  })

  it('is granted chunks when the save that holds the grant is done, after what was said before', async () => {
    grants()
    pauses(2)
    saves[0]?.answer('saved')
    await settled()
    expect([said, saves.length]).toEqual([[1], 2])
    saves[1]?.answer('saved')
    await settled()
    expect(said).toEqual([1, 'grant', 2])
  })
})

describe('a session whose stream the reaper has ended', () => {
  it('D4 is told which one: by the answer, another may play', async () => {
    const next = { re: 2, streamId: OTHER_ID, track: aTrack(), positionMs: 0, reason: 'queue' as const, upNext: [] }
    perform(begin(held.session, { ...next, endReason: 'completed', endPositionMs: 0, endStreamId: STREAM_ID }, 0))
    saves[0]?.answer('ended')
    await settled()
    expect(recorded).toContain(`lost ${STREAM_ID}`)
    expect(recorded).not.toContain(`lost ${OTHER_ID}`)
    expect(saves[1]?.save.stream?.streamId).toBe(OTHER_ID)
  })
})

describe('a session that was saved just now', () => {
  const A_MOMENT_MS = 40
  const aMoment = () => new Promise((resolve) => setTimeout(resolve, A_MOMENT_MS))

  it('rests when only evidence came since', async () => {
    saves[0]?.answer('saved')
    await settled()
    keeper.saveInTime(held)
    await aMoment()
    expect(saves).toHaveLength(1)
  })

  it('is saved within moments when its client has spoken, though it rests or is being saved', async () => {
    held.spoken = true
    keeper.save(held)
    saves[0]?.answer('saved')
    await settled()
    await aMoment()
    expect(saves.map(({ save }) => save.spoken)).toEqual([false, true])
    saves[1]?.answer('saved')
    await settled()
    keeper.saveInTime(held)
    keeper.save(held)
    await aMoment()
    expect(saves).toHaveLength(3)
  })

  it('is saved within moments when something is to go to the books', async () => {
    saves[0]?.answer('saved')
    await settled()
    held.unrecorded.push(
      ...stop(held.session, stopAt(0, 2), 0).flatMap((it) => (it.kind === 'record' ? [it.record] : [])),
    )
    keeper.saveInTime(held)
    await aMoment()
    expect(saves).toHaveLength(2)
  })
})

describe('what a session records', () => {
  it('Q1 is in the books when a save holds it, the end after the beginning', async () => {
    stops(2)
    saves[0]?.answer('saved')
    await settled()
    // This save was made when the stream had only begun.
    expect([recorded, saves.length]).toEqual([[BEGAN], 2])
    saves[1]?.answer('saved')
    await settled()
    expect(recorded).toEqual([BEGAN, ENDED])
  })

  it('stays out of the books when another gateway has the session', async () => {
    saves[0]?.answer('saved')
    await settled()
    stops(2)
    saves[1]?.answer('elsewhere')
    await settled()
    expect(recorded).toEqual([BEGAN, 'elsewhere'])
  })

  it('waits for Redis when it is away, if Redis knows the stream', async () => {
    saves[0]?.answer('saved')
    await settled()
    redis.failed(refused)
    stops(2)
    expect([recorded, said]).toEqual([[BEGAN], [1, 2]])
    redis.worked()
    saves[1]?.answer('saved')
    await settled()
    expect(recorded).toEqual([BEGAN, ENDED])
  })

  it('waits for nobody when the stream began and ended while Redis was away', async () => {
    saves[0]?.fail(refused)
    await settled()
    expect(recorded).toEqual([])
    stops(2)
    expect(recorded).toEqual([BEGAN, ENDED])
    redis.worked()
    saves[1]?.answer('saved')
    await settled()
    expect(recorded).toEqual([BEGAN, ENDED])
  })

  it('is let go with its session when the gateway leaves and Redis is still away', async () => {
    saves[0]?.fail(refused)
    await settled()
    await keeper.flush()
    expect(recorded).toEqual(['let go'])
  })
})

describe('a session that Redis cannot take', () => {
  it('says what it says in order, though a save is under way as Redis goes', async () => {
    pauses(2)
    redis.failed(refused)
    goesOn(3)
    // The save that is under way holds the first word; nothing may overtake it.
    expect(said).toEqual([])
    saves[0]?.fail(refused)
    await settled()
    expect(said).toEqual([1, 2, 3])
    pauses(4)
    expect(said).toEqual([1, 2, 3, 4])
    expect(saves.length).toBe(1)
    expect(keeper.unsaved).toEqual({ sessions: 1, streams: 1 })
  })

  it('is granted chunks that no save holds, rather than to fall silent', async () => {
    saves[0]?.fail(refused)
    await settled()
    grants()
    expect(said).toEqual([1, 'grant'])
  })

  it('is saved once Redis is back, as it is then, and counts no more', async () => {
    saves[0]?.fail(refused)
    await settled()
    pauses(2)
    redis.worked()
    expect(saves.length).toBe(2)
    expect(saves[1]?.save.stream?.streamId).toBe(STREAM_ID)
    saves[1]?.answer('saved')
    await settled()
    expect(keeper.unsaved.sessions).toBe(0)
    expect(said).toEqual([1, 2])
  })

  it('is not taken for saved by a save from before, which held less', async () => {
    redis.failed(refused)
    pauses(2)
    redis.worked()
    saves[0]?.answer('saved')
    await settled()
    expect(saves.length).toBe(2)
    saves[1]?.answer('saved')
    await settled()
    expect([keeper.unsaved.sessions, said]).toEqual([0, [1, 2]])
  })

  it('waits for the next time when Redis goes again while it is saved', async () => {
    saves[0]?.fail(refused)
    await settled()
    redis.worked()
    saves[1]?.fail(refused)
    await settled()
    expect([redis.isDown, keeper.unsaved.sessions]).toEqual([true, 1])
    redis.worked()
    saves[2]?.answer('saved')
    await settled()
    expect(keeper.unsaved.sessions).toBe(0)
  })

  it('keeps the latest word about a stream that ended meanwhile', async () => {
    redis.failed(refused)
    keeper.settle('session', 'a')
    keeper.settle('session', 'b')
    await settled()
    expect(words).toEqual([])
    redis.worked()
    await settled()
    expect(words).toEqual(['settle a', 'settle b'])
  })

  it('is not taken meanwhile: whoever asks is told at once', async () => {
    redis.failed(refused)
    await expect(keeper.take('session', 1)).rejects.toThrow(DependencyAway)
  })

  it('is not called gone right after Redis was away: another gateway may be saving it only now', async () => {
    expect(await keeper.take('session', 1)).toEqual({ result: 'gone' })
    redis.failed(refused)
    redis.worked()
    await expect(keeper.take('session', 1)).rejects.toThrow(DependencyAway)
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 10_000)
    expect(await keeper.take('session', 1)).toEqual({ result: 'gone' })
    vi.restoreAllMocks()
  })
})
