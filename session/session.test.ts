import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamEnded } from '../protocol/events/playback-record.ts'
import { decodeRecord, encodeRecord } from '../protocol/events/record-codec.ts'
import { plainMsgpack } from '../protocol/plain-msgpack.ts'
import { GRANT_POLICY } from './chunk-window.ts'
import type { Effect } from './effect.ts'
import { aTrack, LISTENER, STREAM_ID, TRACK_ID } from './fixtures.ts'
import { MOST_REPLAYED } from './numbered.ts'
import {
  begin,
  credit,
  forgetLost,
  heartbeat,
  lastWill,
  newSession,
  pause,
  resume,
  resumeSession,
  type Session,
  seek,
  stop,
} from './session.ts'
import { sessionFrom, snapshotOf } from './snapshot.ts'

const T0 = 1_800_000_000_000

function started(positionMs = 0): Session {
  const session = newSession(LISTENER)
  beginAt(session, positionMs, T0)
  return session
}

function beginAt(session: Session, positionMs: number, nowMs: number, endPositionMs?: number): readonly Effect[] {
  return begin(
    session,
    {
      re: 1,
      streamId: STREAM_ID,
      track: aTrack(),
      positionMs,
      reason: 'pick',
      upNext: [],
      endReason: 'pick',
      endPositionMs,
    },
    nowMs,
  )
}

const want = (nextChunk: number, chunks: number, bitrate: 96 | 160 | 320 = 160) =>
  ({ type: 'credit', stream_id: STREAM_ID, bitrate_kbps: bitrate, next_chunk: nextChunk, chunks }) as const

const beat = (positionMs: number) =>
  ({ type: 'heartbeat', sent_at_ms: 0, stream_id: STREAM_ID, position_ms: positionMs, buffer_ms: 0 }) as const

const kinds = (effects: readonly Effect[]) =>
  effects.map((effect) => {
    if (effect.kind === 'refuse') return `refuse ${effect.error}`
    if (effect.kind !== 'say') return effect.kind
    return effect.message.type === 'error' ? `refuse ${effect.message.name}` : effect.message.type
  })

const chunksOf = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'grant' ? [...effect.grant.chunks] : []))

const ended = (effects: readonly Effect[]): StreamEnded => {
  for (const effect of effects) {
    if (effect.kind === 'record' && effect.record.type === 'stream-ended') return effect.record
  }
  throw new Error('no stream ended')
}

type Input = 'begin' | 'resume' | 'pause' | 'seek' | 'credit' | 'heartbeat' | 'stop'
type At = Session['state']['at']

const INPUTS: Record<Input, (session: Session) => readonly Effect[]> = {
  begin: (session) => beginAt(session, 0, T0 + 1_000),
  resume: (session) => resume(session, 2, T0 + 1_000, GRANT_POLICY),
  pause: (session) => pause(session, { type: 'pause', id: 2, position_ms: 1_000 }, T0 + 1_000),
  seek: (session) => seek(session, { type: 'seek', id: 2, from_ms: 1_000, position_ms: 30_000 }, T0 + 1_000),
  credit: (session) => credit(session, want(0, 2), T0 + 1_000, GRANT_POLICY),
  heartbeat: (session) => heartbeat(session, beat(1_000), T0 + 1_000, GRANT_POLICY),
  stop: (session) => stop(session, 2, 'stopped', 1_000, T0 + 1_000),
}

const STATES: Record<At, () => Session> = {
  idle: () => newSession(LISTENER),
  playing: () => started(),
  paused: () => {
    const session = started()
    pause(session, { type: 'pause', id: 1, position_ms: 0 }, T0)
    return session
  },
}

const BEGINS = ['record', 'playback', 'up_next', 'save']

/** State × input → the next state and the effects: the table of SPEC.md. */
const TABLE: Record<At, Record<Input, readonly [At, readonly string[]]>> = {
  idle: {
    begin: ['playing', BEGINS],
    resume: ['idle', ['refuse not_paused', 'save']],
    pause: ['idle', ['refuse no_stream', 'save']],
    seek: ['idle', ['refuse no_stream', 'save']],
    credit: ['idle', ['refuse no_stream']],
    heartbeat: ['idle', []],
    stop: ['idle', ['refuse no_stream', 'save']],
  },
  playing: {
    begin: ['playing', ['record', ...BEGINS]],
    resume: ['playing', ['refuse not_paused', 'save']],
    pause: ['paused', ['playback', 'save']],
    seek: ['playing', ['playback', 'save']],
    credit: ['playing', ['grant', 'save']],
    heartbeat: ['playing', ['save']],
    stop: ['idle', ['record', 'playback', 'save']],
  },
  paused: {
    begin: ['playing', ['record', ...BEGINS]],
    resume: ['playing', ['playback', 'save']],
    pause: ['paused', ['playback', 'save']],
    seek: ['paused', ['playback', 'save']],
    credit: ['paused', []],
    heartbeat: ['paused', ['save']],
    stop: ['idle', ['record', 'playback', 'save']],
  },
}

describe('state × input', () => {
  for (const [at, row] of Object.entries(TABLE) as [At, (typeof TABLE)[At]][]) {
    for (const [input, [next, effects]] of Object.entries(row) as [Input, (typeof row)[Input]][]) {
      it(`${at} × ${input} → ${next}`, () => {
        const session = STATES[at]()
        expect(kinds(INPUTS[input](session))).toEqual(effects)
        expect(session.state.at).toBe(next)
      })
    }
  }
})

describe('what is heard', () => {
  it('Q2 M1 counts the way of the playhead over granted chunks', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    heartbeat(session, beat(15_000), T0 + 15_200, GRANT_POLICY)
    const record = ended(stop(session, 2, 'stopped', 20_000, T0 + 20_300))
    expect(record).toMatchObject({ ms_played: 20_000, ms_claimed: 20_000, ms_granted: 20_000, flags: [] })
  })

  it('Q3 of chunks signed for just before the end, no more was heard than since then', () => {
    const session = started()
    heartbeat(session, beat(0), T0 + 34_000, GRANT_POLICY)
    credit(session, want(0, 9), T0 + 34_000, GRANT_POLICY)
    const record = ended(stop(session, 2, 'stopped', 34_000, T0 + 34_300))
    expect(record).toMatchObject({ ms_played: 300, ms_granted: 300 })
    expect(record.flags).toEqual(['claim-exceeds-granted'])
  })

  it('Q4 M3 never takes a flag back', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    heartbeat(session, beat(30_000), T0 + 15_000, GRANT_POLICY)
    const record = ended(stop(session, 2, 'stopped', 30_000, T0 + 60_000))
    expect(record.flags).toContain('claim-exceeds-elapsed')
  })

  it('M3 keeps a claim beyond all measure as the most a record can hold', () => {
    const session = started()
    for (let id = 2; id < 1_600; id++) {
      seek(session, { type: 'seek', id, from_ms: 60_000, position_ms: 0 }, T0 + id)
    }
    const record = ended(stop(session, 2_000, 'stopped', undefined, T0 + 2_000))
    expect(() => decodeRecord(encodeRecord(record))).not.toThrow()
    expect(record.ms_claimed).toBe(86_400_000)
  })

  it('Q2 leaves out what a seek jumped over, and the time of a pause', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    seek(session, { type: 'seek', id: 2, from_ms: 5_000, position_ms: 20_000 }, T0 + 5_000)
    pause(session, { type: 'pause', id: 3, position_ms: 24_000 }, T0 + 9_000)
    heartbeat(session, beat(24_000), T0 + 60_000, GRANT_POLICY)
    resume(session, 4, T0 + 100_000, GRANT_POLICY)
    const record = ended(stop(session, 5, 'stopped', 26_000, T0 + 102_000))
    expect(record).toMatchObject({ ms_played: 11_000, flags: [] })
  })

  it('Q4 M3 flags a playhead that is faster than the clock, and counts the clock', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    const record = ended(stop(session, 2, 'stopped', 20_000, T0 + 10_000))
    expect(record).toMatchObject({
      ms_played: 10_000,
      ms_claimed: 20_000,
      flags: ['claim-exceeds-elapsed', 'claim-exceeds-granted'],
    })
  })

  it('Q3 M3 flags a playhead that ran over chunks never granted, and counts the granted ones', () => {
    const session = started()
    credit(session, want(0, 2), T0, GRANT_POLICY)
    const record = ended(stop(session, 2, 'stopped', 30_000, T0 + 30_000))
    expect(record).toMatchObject({ ms_played: 8_000, ms_granted: 8_000, flags: ['claim-exceeds-granted'] })
  })

  it('M2 hears nothing without evidence', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    heartbeat(session, beat(4_000), T0 + 4_000, GRANT_POLICY)
    const record = ended(stop(session, undefined, 'lost', undefined, T0 + 50_000))
    expect(record).toMatchObject({ ms_played: 4_000, reason_end: 'lost', ended_at_ms: T0 + 4_000 })
  })

  it('Q6 the snapshot is the end as of the last evidence', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    heartbeat(session, beat(8_000), T0 + 8_000, GRANT_POLICY)
    expect(lastWill(session)).toMatchObject({ ms_played: 8_000, reason_end: 'lost', stream_id: STREAM_ID })
  })

  it('Q1 a second track ends the first with its reason and the position told', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    const record = ended(beginAt(session, 0, T0 + 12_000, 12_000))
    expect(record).toMatchObject({ reason_end: 'pick', ms_played: 12_000, track_id: TRACK_ID })
  })

  it('Q2 never exceeds elapsed time nor granted audio, whatever a client says', () => {
    const step = fc.record({
      what: fc.constantFrom('beat', 'seek', 'pause', 'resume', 'credit'),
      wait: fc.nat(20_000),
      from: fc.nat(60_000),
      to: fc.nat(60_000),
      chunk: fc.nat(15),
      chunks: fc.nat(10),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const session = started()
        // The bounds again, slowly: a clock that runs while playing, and milliseconds that lie in granted chunks.
        let [now, at, playing, playedFor, overGranted] = [T0, 0, true, 0, 0]
        const granted = new Map<number, number>()
        const take = (effects: readonly Effect[]) => {
          for (const index of chunksOf(effects)) if (!granted.has(index)) granted.set(index, now)
        }
        // A millisecond is heard when its chunk was granted, and enough time has passed since each grant on the way to it.
        const moved = (to: number) => {
          const from = at
          for (let ms = from; playing && ms < to; ms += 1) {
            const way = Array.from({ length: 16 }, (_, chunk) => chunk).filter(
              (chunk) => chunk >= Math.floor(from / 4_000) && chunk <= Math.floor(ms / 4_000),
            )
            const heard = way.every((chunk) => {
              const grantedAt = granted.get(chunk)
              return grantedAt !== undefined && ms + 1 - Math.max(chunk * 4_000, from) <= now - grantedAt
            })
            if (!heard) break
            overGranted += 1
          }
          if (playing) at = to
        }
        for (const { what, wait, from, to, chunk, chunks } of steps) {
          now += wait
          if (playing) playedFor += wait
          if (what !== 'resume' && what !== 'credit') moved(from)
          if (what === 'beat') take(heartbeat(session, beat(from), now, GRANT_POLICY))
          if (what === 'seek') {
            take(seek(session, { type: 'seek', id: 1, from_ms: from, position_ms: to }, now))
            at = to
          }
          if (what === 'pause') {
            take(pause(session, { type: 'pause', id: 1, position_ms: from }, now))
            playing = false
          }
          if (what === 'resume') {
            take(resume(session, 1, now, GRANT_POLICY))
            playing = true
          }
          if (what === 'credit') take(credit(session, want(chunk, chunks), now, GRANT_POLICY))
        }
        const record = ended(stop(session, 1, 'stopped', undefined, now))
        expect(record.ms_granted).toBe(overGranted)
        expect(record.ms_played).toBeLessThanOrEqual(playedFor)
        expect(record.ms_played).toBeLessThanOrEqual(overGranted)
      }),
      { numRuns: 100 },
    )
  })
})

describe('chunks by credit', () => {
  it('K2 Q5 grants the window up to the look-ahead, once', () => {
    const session = started()
    expect(chunksOf(credit(session, want(0, 64), T0, GRANT_POLICY))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(credit(session, want(0, 64), T0, GRANT_POLICY)).toEqual([])
    expect(chunksOf(credit(session, want(1, 64), T0 + 4_000, GRANT_POLICY))).toEqual([9])
  })

  it('K3 renews an address that is still wanted before it expires, with the init segment', () => {
    const session = started()
    credit(session, want(0, 2), T0, GRANT_POLICY)
    expect(chunksOf(heartbeat(session, beat(0), T0 + 15_000, GRANT_POLICY))).toEqual([])
    const effects = heartbeat(session, beat(0), T0 + 45_000, GRANT_POLICY)
    expect(chunksOf(effects)).toEqual([0, 1])
    expect(effects[0]).toMatchObject({ grant: { withInit: true } })
  })

  it('K1 grants again at another bitrate, from there on', () => {
    const session = started()
    credit(session, want(0, 4), T0, GRANT_POLICY)
    const effects = credit(session, want(2, 2, 320), T0 + 100, GRANT_POLICY)
    expect(chunksOf(effects)).toEqual([2, 3])
    expect(effects[0]).toMatchObject({ grant: { bitrate: 320, withInit: true } })
  })

  it('K2 names the init segment only once a rendition', () => {
    const session = started()
    expect(credit(session, want(0, 2), T0, GRANT_POLICY)[0]).toMatchObject({ grant: { withInit: true } })
    expect(credit(session, want(2, 2), T0, GRANT_POLICY)[0]).toMatchObject({ grant: { withInit: false } })
  })

  it('K4 grants nothing while paused, and what is due when it goes on', () => {
    const session = started()
    pause(session, { type: 'pause', id: 2, position_ms: 0 }, T0)
    expect(credit(session, want(0, 2), T0, GRANT_POLICY)).toEqual([])
    expect(heartbeat(session, beat(0), T0 + 1, GRANT_POLICY).some((effect) => effect.kind === 'grant')).toBe(false)
    expect(chunksOf(resume(session, 3, T0 + 2, GRANT_POLICY))).toEqual([0, 1])
  })

  it('P3 refuses credit for another stream, bitrate or place', () => {
    const session = started()
    const other = { ...want(0, 1), stream_id: TRACK_ID }
    expect(kinds(credit(session, other, T0, GRANT_POLICY))).toEqual(['refuse wrong_stream'])
    expect(kinds(credit(session, want(16, 1), T0, GRANT_POLICY))).toEqual(['refuse out_of_track'])
  })
})

describe('numbered messages', () => {
  it('Q8 count from 1 without gap, whatever they are', () => {
    const session = started()
    const effects = [
      ...pause(session, { type: 'pause', id: 2, position_ms: 0 }, T0),
      ...resume(session, 3, T0, GRANT_POLICY),
      ...resume(session, 4, T0, GRANT_POLICY),
    ]
    const said = effects.flatMap((effect) => (effect.kind === 'say' ? [effect.message] : []))
    expect(said.map(({ type, seq }) => [type, seq])).toEqual([
      ['playback', 3],
      ['playback', 4],
      ['error', 5],
    ])
    expect(session.sayings.lastRequest).toBe(4)
  })

  it('Q8 a resume gets what it missed, in order, or is told that it cannot', () => {
    const session = started()
    for (let id = 2; id < 100; id++) pause(session, { type: 'pause', id, position_ms: 0 }, T0)
    const { seq } = session.sayings
    const missed = (lastSeq: number) => resumeSession(session, lastSeq, undefined, T0).missed?.map((one) => one.seq)
    expect(missed(seq)).toEqual([])
    expect(missed(seq - 2)).toEqual([seq - 1, seq])
    expect(missed(seq - MOST_REPLAYED)).toHaveLength(MOST_REPLAYED)
    expect(missed(seq - MOST_REPLAYED - 1)).toBeUndefined()
    expect(missed(seq + 1)).toBeUndefined()
  })

  it('Q6 a session is the same after it was bytes, whatever happened to it', () => {
    for (const state of Object.values(STATES)) {
      for (const input of Object.values(INPUTS)) {
        const session = state()
        input(session)
        const bytes = plainMsgpack.pack(snapshotOf(session))
        const again = sessionFrom(plainMsgpack.unpack(bytes))
        expect(again).toEqual(session)
      }
    }
    expect(sessionFrom({ ...snapshotOf(started()), version: 0 })).toBeUndefined()
  })

  it('D4 a stream that the reaper ended is over, and the client is told', () => {
    const session = started()
    const effects = forgetLost(session, T0)
    expect(kinds(effects)).toEqual(['playback', 'save'])
    expect(effects[0]).toMatchObject({ message: { status: 'stopped', reason: 'lost', stream_id: STREAM_ID } })
    expect(session.state.at).toBe('idle')
    expect(forgetLost(session, T0)).toEqual([])
  })
})
