/** Owns the saving of sessions: before what they say is sent and what they record goes to the books, one save a session at a time, the latest state each time. */

import pLimit from 'p-limit'
import { type SessionStore, type StreamWill, takeSession } from '../infra/redis/session-store.ts'
import { type Dependency, DependencyAway } from '../infra/runtime/dependency.ts'
import type { EndRecord, PlayRecord } from '../protocol/events/playback-record.ts'
import { encodeRecord } from '../protocol/events/record-codec.ts'
import { plainMsgpack } from '../protocol/plain-msgpack.ts'
import { lastWill, type Session } from '../session/session.ts'
import { type SessionSnapshot, sessionFrom, snapshotOf } from '../session/snapshot.ts'
import { whence } from './connection.ts'
import { type HeldSession, hasUnsent, hold, REST_OF_LEASE, takeUnsent, type Unsent } from './held-session.ts'
import { createLingering } from './lingering.ts'
import type { Metrics } from './metrics.ts'
import type { SignInMark } from './token-verifier.ts'
import { takeOwnAndOver, takeSaved } from './unrecorded.ts'
import { createUnsaved } from './unsaved.ts'

/** What happened to a session while it was held here. */
export interface KeeperEvents {
  /** What these messages say is safe, or Redis is away and must not silence them. */
  send(held: HeldSession, unsent: Unsent): void
  /** A save holds this, or no other gateway can know of its stream: it may go to the books. */
  record(held: HeldSession, value: PlayRecord): void
  /** Another gateway took it, as it was before what is still in `held.unrecorded`. */
  elsewhere(held: HeldSession): void
  /** Redis did not take it, and it is not kept for longer. */
  letGo(held: HeldSession): void
  /** The reaper has ended this stream of it, which was open when the save began. */
  streamEnded(held: HeldSession, streamId: string): void
}

export interface SessionKeeper {
  /** Saves the session as it is, at once when it has said or granted something, which is sent then; else within moments. Without Redis that is sent unsaved, counted, and saved when Redis is back. */
  save(held: HeldSession): void
  /** As `save`; when nothing has become of the session but evidence of what was heard, not within a ninth of a lease of the save before. */
  saveInTime(held: HeldSession): void
  /** The session is not as it was saved, and that may wait: for the next `save`, a resume, or the end of this gateway. */
  park(held: HeldSession): void
  /** The first save: until it is done, the ticket of the session opens nothing. */
  begin(held: HeldSession): void
  /** Kafka did not take this end of a stream: the reaper sends it. */
  amend(ending: EndRecord): void
  /** The end of the stream is safe in Kafka. */
  settle(sessionId: string, streamId: string): void
  /** Takes a session over by the epoch of its ticket. @throws {DependencyAway} when Redis does not answer. */
  take(sessionId: string, ticketEpoch: number): Promise<Taken>
  /** The session as it was saved last, by whichever gateway; undefined when there is none. @throws {DependencyAway} */
  look(sessionId: string): Promise<Session | undefined>
  /** What Redis does not have yet. */
  readonly unsaved: { readonly sessions: number; readonly streams: number }
  /** Of a gateway that leaves. Resolves when no save is under way; what Redis has not taken by then is let go. */
  flush(): Promise<void>
}

export type Taken =
  | { readonly result: 'gone' | 'used' }
  | {
      readonly result: 'taken'
      readonly held: HeldSession
      readonly gatewayBefore: string
      readonly streamEnded: boolean
    }

interface SavedState {
  readonly session: SessionSnapshot
  readonly tokenExpiresAtMs: number
  readonly signIn?: SignInMark
}

export interface SessionKeeperParts {
  readonly store: SessionStore
  readonly redis: Dependency
  readonly leaseMs: number
  readonly metrics: Pick<Metrics, 'savesFailed' | 'unsavedMessages' | 'unsavedStreams' | 'unsavedLetGo'>
  readonly events: KeeperEvents
}

export function createSessionKeeper({ store, redis, leaseMs, metrics, events }: SessionKeeperParts): SessionKeeper {
  const underWay = new Set<Promise<void>>()
  const restMs = leaseMs * REST_OF_LEASE
  const unsaved = createUnsaved({
    added: (held) => metrics.unsavedStreams.inc(isStreaming(held) ? 1 : 0),
    outdated: events.elsewhere,
    letGo(held) {
      metrics.unsavedLetGo.inc({ what: 'session' })
      events.letGo(held)
    },
    letGoWord: () => metrics.unsavedLetGo.inc({ what: 'word' }),
  })

  const sayUnsaved = (held: HeldSession, said: Unsent): void => {
    metrics.unsavedMessages.inc(said.messages.length)
    events.send(held, said)
  }
  /** Streams that Redis knows wait for it: whoever holds them by then ends them. Of the others this gateway alone knows, and it may die. */
  const goOnUnsaved = (held: HeldSession): void => {
    sayUnsaved(held, takeUnsent(held))
    for (const record of takeOwnAndOver(held)) events.record(held, record)
  }
  const failed = (error: unknown): void => {
    metrics.savesFailed.inc()
    redis.failed(error)
  }

  const write = async (held: HeldSession): Promise<void> => {
    held.saving = true
    let said: Unsent | undefined
    try {
      do {
        held.dirty = false
        held.urgent = false
        held.savedAtMs = performance.now()
        said = takeUnsent(held)
        const records = [...held.unrecorded]
        const stream = willOf(held, leaseMs)
        const result = await store.save({
          sessionId: held.session.who.session_id,
          epoch: held.epoch,
          spoken: held.spoken,
          state: stateOf(held),
          stream,
        })
        redis.worked()
        if (!held.dirty) unsaved.remove(held)
        if (result === 'elsewhere') {
          unsaved.remove(held)
          events.elsewhere(held)
          return
        }
        for (const record of takeSaved(held, records)) events.record(held, record)
        events.send(held, said)
        said = undefined
        if (result === 'ended' && stream !== undefined) events.streamEnded(held, stream.streamId)
      } while (held.dirty && isWaitedFor(held))
    } catch (error) {
      unsaved.add(held)
      failed(error)
      if (said !== undefined) sayUnsaved(held, said)
      goOnUnsaved(held)
    } finally {
      held.saving = false
    }
    if (held.dirty) linger(held)
  }
  const follow = (work: Promise<void>): Promise<void> => {
    const followed = work.finally(() => underWay.delete(followed))
    underWay.add(followed)
    return followed
  }
  /** Of a stream that is over: done now, or when Redis is back. The latest word about a stream is the one that counts. */
  const settleLater = async (streamId: string, work: () => Promise<void>): Promise<void> => {
    if (redis.isDown) {
      unsaved.owe(streamId, work)
      return
    }
    try {
      await work()
    } catch (error) {
      unsaved.owe(streamId, work)
      failed(error)
    }
  }

  /** Each once, and not all at once: the first players to speak again must not wait behind all the others. */
  const catchUp = async (): Promise<void> => {
    const waves = wavesOf([
      ...unsaved.sessions().map((held) => () => (held.saving ? Promise.resolve() : writeAgain(held))),
      ...unsaved.takeOwed().map(
        ([streamId, work]) =>
          () =>
            settleLater(streamId, work),
      ),
    ])
    for (const wave of waves) await Promise.all(wave.map((work) => work()))
  }
  const writeAgain = (held: HeldSession): Promise<void> => {
    held.dirty = true
    return write(held)
  }
  let backAtMs = Number.NEGATIVE_INFINITY
  redis.whenBack(() => {
    backAtMs = performance.now()
    void follow(catchUp())
  })

  const saveNow = (held: HeldSession): void => {
    // What it says goes after what it said before. One that lingered may have been saved meanwhile.
    if (held.saving || !held.dirty) return
    if (redis.isDown) {
      // Nobody waits for each save to fail.
      unsaved.add(held)
      goOnUnsaved(held)
    } else void follow(write(held))
  }
  const lingering = createLingering(saveNow, restMs)
  const linger = (held: HeldSession): void => {
    if (held.urgent || performance.now() - held.savedAtMs >= restMs) lingering.add(held)
    else lingering.rest(held)
  }
  const save = (held: HeldSession): void => {
    held.dirty = true
    held.urgent = true
    if (hasUnsent(held)) saveNow(held)
    else if (!held.saving) linger(held)
  }
  const inTurn = pLimit(TAKES_AT_ONCE)

  return {
    save,
    saveInTime(held) {
      if (isWaitedFor(held)) {
        save(held)
        return
      }
      held.dirty = true
      if (!held.saving && !held.lingers) linger(held)
    },
    park(held) {
      held.dirty = true
      lingering.park(held)
    },
    begin(held) {
      held.dirty = true
      saveNow(held)
    },
    amend(ending) {
      const record = encodeRecord(ending)
      void follow(
        settleLater(ending.stream_id, () =>
          store.amend(ending.session_id, { streamId: ending.stream_id, accountId: ending.account_id, record }),
        ),
      )
    },
    settle(sessionId, streamId) {
      // Should it be lost with this process, the reaper ends the stream once more, which is harmless: the longest end counts.
      void follow(settleLater(streamId, () => store.settle(sessionId, streamId)))
    },
    async take(sessionId, ticketEpoch) {
      if (redis.isDown) throw new DependencyAway('redis')
      const waiting = lingering.take(sessionId)
      if (waiting !== undefined) saveNow(waiting)
      // Redis is back, and what it has of this session is older than what this gateway knows.
      const known = unsaved.of(sessionId)
      if (known !== undefined && !known.saving) await follow(writeAgain(known))
      const answer = await inTurn(() => redis.ask((givenUp) => takeSession(store, sessionId, ticketEpoch, givenUp)))
      // Another gateway may have begun it while Redis was away, and is only now saving it.
      if (answer.result === 'gone' && performance.now() - backAtMs < OTHERS_SAVE_WITHIN_MS)
        throw new DependencyAway('redis')
      if (answer.result !== 'taken') return answer
      const { session: snapshot, tokenExpiresAtMs, signIn } = plainMsgpack.unpack(answer.state) as SavedState
      const session = sessionFrom(snapshot)
      if (session === undefined) return { result: 'gone' }
      const open = session.state.at === 'idle' ? undefined : session.state.stream.streamId
      return {
        result: 'taken',
        held: hold(session, answer.epoch, tokenExpiresAtMs, signIn),
        gatewayBefore: answer.gatewayBefore,
        streamEnded: open !== undefined && open === answer.endedStream,
      }
    },
    async look(sessionId) {
      const state = await redis.ask(() => store.look(sessionId))
      return state === undefined ? undefined : sessionFrom((plainMsgpack.unpack(state) as SavedState).session)
    },
    get unsaved() {
      return { sessions: unsaved.count, streams: unsaved.countOf(isStreaming) }
    },
    async flush() {
      // What became of a session while it was saved lingers again.
      do {
        lingering.hurry()
        await Promise.all(underWay)
      } while (lingering.any || underWay.size > 0)
      for (const held of unsaved.sessions()) events.letGo(held)
    },
  }
}

const isWaitedFor = (held: HeldSession): boolean => hasUnsent(held) || held.unrecorded.length > 0

/** Resumes that Redis is asked about together: who waits behind them is not measured by how soon it answers. */
const TAKES_AT_ONCE = 1_000

/** When Redis is back, each gateway finds out within seconds, and saves what it has. */
const OTHERS_SAVE_WITHIN_MS = 10_000

/** Saves under way together when Redis is back. */
const A_WAVE = 500

function wavesOf<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / A_WAVE) }, (_, i) => all.slice(i * A_WAVE, (i + 1) * A_WAVE))
}

const isStreaming = (held: HeldSession): boolean => held.session.state.at !== 'idle'

function stateOf(held: HeldSession): Uint8Array {
  const { session, tokenExpiresAtMs, signIn } = held
  const state: SavedState = { session: snapshotOf(session), tokenExpiresAtMs, signIn }
  return plainMsgpack.pack(state)
}

/** With the network of the last evidence: who ends the stream by this has heard nobody. */
function willOf(held: HeldSession, leaseMs: number): StreamWill | undefined {
  const will = lastWill(held.session)
  if (will === undefined) return undefined
  const record = encodeRecord({ ...will, ...whence(held, will.ended_at_ms) })
  return { streamId: will.stream_id, accountId: will.account_id, record, leaseMs }
}
