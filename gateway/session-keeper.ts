/** Owns the saving of sessions: before what they say is sent, one save a session at a time, the latest state each time. */

import type { SessionStore, StreamWill } from '../infra/redis/session-store.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { StreamEnded } from '../protocol/events/playback-record.ts'
import { encodeRecord } from '../protocol/events/record-codec.ts'
import { plainMsgpack } from '../protocol/plain-msgpack.ts'
import type { Numbered } from '../session/numbered.ts'
import { lastWill, type Session } from '../session/session.ts'
import { type SessionSnapshot, sessionFrom, snapshotOf } from '../session/snapshot.ts'
import { type HeldSession, hold } from './held-session.ts'
import type { Metrics } from './metrics.ts'
import { createTrouble } from './trouble.ts'

/** What happened to a session while it was held here. */
export interface KeeperEvents {
  /** What these messages say is safe, or Redis is away and must not silence them. */
  send(held: HeldSession, messages: readonly Numbered[]): void
  /** Another gateway took it. */
  elsewhere(held: HeldSession): void
  /** The reaper has ended its stream. */
  streamEnded(held: HeldSession): void
}

export interface SessionKeeper {
  /** Saves the session as it is now, soon, and then sends what it said. Without Redis that is sent unsaved, and counted. */
  save(held: HeldSession): void
  /** Kafka did not take this end of a stream: the reaper sends it. */
  amend(ending: StreamEnded): void
  /** The end of the stream is safe in Kafka. */
  settle(sessionId: string, streamId: string): void
  /** Takes a session over by the epoch of its ticket. @throws when Redis does not answer. */
  take(sessionId: string, ticketEpoch: number): Promise<Taken>
  /** Resolves when no save is under way. */
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
}

export interface SessionKeeperParts {
  readonly store: SessionStore
  readonly leaseMs: number
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'savesFailed'>
  readonly events: KeeperEvents
}

export function createSessionKeeper({ store, leaseMs, log, metrics, events }: SessionKeeperParts): SessionKeeper {
  const underWay = new Set<Promise<void>>()
  /** The last save did not fail. */
  let healthy = true
  const trouble = createTrouble(log, 'Redis takes sessions')

  const write = async (held: HeldSession): Promise<void> => {
    held.saving = true
    let said: Numbered[] = []
    try {
      while (held.dirty) {
        held.dirty = false
        said = held.unsent
        held.unsent = []
        // While Redis is away nobody waits for each save to fail.
        if (!healthy) events.send(held, said.splice(0))
        const result = await store.save({
          sessionId: held.session.who.session_id,
          epoch: held.epoch,
          spoken: held.spoken,
          state: stateOf(held),
          stream: willOf(held.session, leaseMs),
        })
        healthy = true
        trouble.over()
        if (result === 'elsewhere') {
          events.elsewhere(held)
          return
        }
        events.send(held, said.splice(0))
        if (result === 'ended') events.streamEnded(held)
      }
    } catch (error) {
      healthy = false
      metrics.savesFailed.inc()
      events.send(held, [...said, ...held.unsent.splice(0)])
      trouble.now(error)
    } finally {
      held.saving = false
    }
  }

  const follow = (work: Promise<void>): void => {
    const followed = work
      .catch((error: unknown) => {
        metrics.savesFailed.inc()
        trouble.now(error)
      })
      .finally(() => underWay.delete(followed))
    underWay.add(followed)
  }

  return {
    save(held) {
      held.dirty = true
      if (held.saving) return
      const saving = write(held).finally(() => underWay.delete(saving))
      underWay.add(saving)
    },
    amend(ending) {
      const amending = store.amend(ending.session_id, ending.stream_id, encodeRecord(ending))
      follow(amending)
    },
    settle(sessionId, streamId) {
      // Should it fail, the reaper ends the stream once more, which is harmless: the longest end counts.
      follow(store.settle(sessionId, streamId))
    },
    async take(sessionId, ticketEpoch) {
      const answer = await store.take(sessionId, ticketEpoch)
      if (answer.result !== 'taken') return answer
      const { session: snapshot, tokenExpiresAtMs } = plainMsgpack.unpack(answer.state) as SavedState
      const session = sessionFrom(snapshot)
      if (session === undefined) return { result: 'gone' }
      const open = session.state.at === 'idle' ? undefined : session.state.stream.streamId
      return {
        result: 'taken',
        held: hold(session, answer.epoch, tokenExpiresAtMs),
        gatewayBefore: answer.gatewayBefore,
        streamEnded: open !== undefined && open === answer.endedStream,
      }
    },
    async flush() {
      await Promise.all(underWay)
    },
  }
}

function stateOf(held: HeldSession): Uint8Array {
  const state: SavedState = { session: snapshotOf(held.session), tokenExpiresAtMs: held.tokenExpiresAtMs }
  return plainMsgpack.pack(state)
}

function willOf(session: Session, leaseMs: number): StreamWill | undefined {
  const will = lastWill(session)
  if (will === undefined) return undefined
  return { streamId: will.stream_id, accountId: will.account_id, record: encodeRecord(will), leaseMs }
}
