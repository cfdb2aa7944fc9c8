import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRecord, encodeRecord } from '../protocol/events/record-codec.ts'
import { GRANT_POLICY } from './chunk-window.ts'
import type { Effect } from './effect.ts'
import { aTrack, DEVICE, LISTENER, STREAM_ID, TRACK_ID } from './fixtures.ts'
import { giveLease } from './leasing.ts'
import { begin, credit, heartbeat, pause, resume, seek, signOut, stop } from './requests.ts'
import { lastWill, newSession } from './session.ts'
import { sessionFrom, snapshotOf } from './snapshot.ts'
import { beat, beginAt, chunksOf, ended, FENCE, started, stopAt, T0, want } from './testing/playing-session.ts'

describe('what is heard', () => {
  it('Q2 M1 counts the way of the playhead over granted chunks', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    heartbeat(session, beat(15_000), T0 + 15_200, GRANT_POLICY)
    const record = ended(stop(session, stopAt(20_000, 2), T0 + 20_300))
    expect(record).toMatchObject({ ms_played: 20_000, ms_claimed: 20_000, ms_granted: 20_000, flags: [] })
  })

  it('Q3 of chunks signed for just before the end, no more was heard than since then', () => {
    const session = started()
    heartbeat(session, beat(0), T0 + 34_000, GRANT_POLICY)
    credit(session, want(0, 9), T0 + 34_000, GRANT_POLICY)
    const record = ended(stop(session, stopAt(34_000, 2), T0 + 34_300))
    expect(record).toMatchObject({ ms_played: 300, ms_granted: 300 })
    expect(record.flags).toEqual(['claim-exceeds-granted'])
  })

  it('Q4 M3 never takes a flag back', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    heartbeat(session, beat(30_000), T0 + 15_000, GRANT_POLICY)
    const record = ended(stop(session, stopAt(30_000, 2), T0 + 60_000))
    expect(record.flags).toContain('claim-exceeds-elapsed')
  })

  it('M3 keeps a claim beyond all measure as the most a record can hold', () => {
    const session = started()
    for (let id = 2; id < 1_600; id++) {
      seek(session, { type: 'seek', id, stream_id: STREAM_ID, from_ms: 60_000, position_ms: 0 }, T0 + id)
    }
    const record = ended(signOut(session, T0 + 2_000))
    expect(() => decodeRecord(encodeRecord(record))).not.toThrow()
    expect(record.ms_claimed).toBe(86_400_000)
  })

  it('Q2 leaves out what a seek jumped over, and the time of a pause', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    seek(session, { type: 'seek', id: 2, stream_id: STREAM_ID, from_ms: 5_000, position_ms: 20_000 }, T0 + 5_000)
    pause(session, { type: 'pause', id: 3, stream_id: STREAM_ID, position_ms: 24_000 }, T0 + 9_000)
    heartbeat(session, beat(24_000), T0 + 60_000, GRANT_POLICY)
    resume(session, { id: 4, stream_id: STREAM_ID }, T0 + 100_000, GRANT_POLICY)
    const record = ended(stop(session, stopAt(26_000, 5), T0 + 102_000))
    expect(record).toMatchObject({ ms_played: 11_000, flags: [] })
  })

  it('Q2 claims no way twice, when a playhead is told to be further back than it was', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    heartbeat(session, beat(20_000), T0 + 20_000, GRANT_POLICY)
    // Of the stream to come, which then did not come (M5).
    heartbeat(session, beat(0), T0 + 21_000, GRANT_POLICY)
    const record = ended(stop(session, stopAt(22_000, 2), T0 + 60_000))
    expect(record).toMatchObject({ ms_played: 22_000, ms_claimed: 22_000, flags: [] })
  })

  it('Q2 claims nothing of a way that a paused playhead is told to have behind it', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    pause(session, { type: 'pause', id: 2, stream_id: STREAM_ID, position_ms: 1_000 }, T0 + 1_000)
    heartbeat(session, beat(8_000), T0 + 2_000, GRANT_POLICY)
    resume(session, { id: 3, stream_id: STREAM_ID }, T0 + 10_000, GRANT_POLICY)
    const record = ended(stop(session, stopAt(9_000, 4), T0 + 11_000))
    expect(record).toMatchObject({ ms_played: 2_000, ms_claimed: 2_000, flags: [] })
  })

  it('Q4 M3 flags a playhead that is faster than the clock, and counts the clock', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    const record = ended(stop(session, stopAt(20_000, 2), T0 + 10_000))
    expect(record).toMatchObject({
      ms_played: 10_000,
      ms_claimed: 20_000,
      flags: ['claim-exceeds-elapsed', 'claim-exceeds-granted'],
    })
  })

  it('Q3 M3 flags a playhead that ran over chunks never granted, and counts the granted ones', () => {
    const session = started()
    credit(session, want(0, 2), T0, GRANT_POLICY)
    const record = ended(stop(session, stopAt(30_000, 2), T0 + 30_000))
    expect(record).toMatchObject({ ms_played: 8_000, ms_granted: 8_000, flags: ['claim-exceeds-granted'] })
  })

  it('M2 hears nothing without evidence', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    heartbeat(session, beat(4_000), T0 + 4_000, GRANT_POLICY)
    const record = ended(signOut(session, T0 + 50_000))
    expect(record).toMatchObject({ ms_played: 4_000, reason_end: 'signed-out', ended_at_ms: T0 + 4_000 })
  })

  it('P2 M2 hears nothing of a place in the stream before, of a client that missed that another came to it', () => {
    const session = started()
    credit(session, want(0, 20), T0, GRANT_POLICY)
    heartbeat(session, beat(4_000), T0 + 4_000, GRANT_POLICY)
    const wish = { re: 9, streamId: TRACK_ID, track: aTrack(), positionMs: 0, reason: 'pick', upNext: [] } as const
    const told = { endReason: 'pick', endPositionMs: 50_000 } as const
    for (const endStreamId of [TRACK_ID, undefined]) {
      const again = sessionFrom(structuredClone(snapshotOf(session)))
      if (again === undefined) throw new Error('the snapshot is of another version')
      const record = ended(begin(again, { ...wish, ...told, endStreamId }, T0 + 5_000))
      expect(record).toMatchObject({ ms_played: 4_000, ms_claimed: 4_000, flags: [] })
    }
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
          let here = 0
          const onTheWay = new Map<number, number>()
          for (let ms = at; playing && ms < to; ms += 1) {
            const chunk = Math.floor(ms / 4_000)
            if (!granted.has(chunk)) continue
            if (!onTheWay.has(chunk)) onTheWay.set(chunk, here)
            const enough = [...onTheWay].every(([on, before]) => here + 1 - before <= now - (granted.get(on) ?? now))
            if (!enough) break
            here += 1
          }
          overGranted += here
          // A paused client that stands further on has heard that elsewhere, if at all: it is not claimed again.
          at = Math.max(at, to)
        }
        for (const { what, wait, from, to, chunk, chunks } of steps) {
          now += wait
          if (playing) playedFor += wait
          if (what !== 'resume' && what !== 'credit') moved(from)
          if (what === 'beat') take(heartbeat(session, beat(from), now, GRANT_POLICY))
          if (what === 'seek') {
            take(seek(session, { type: 'seek', id: 1, stream_id: STREAM_ID, from_ms: from, position_ms: to }, now))
            at = to
          }
          if (what === 'pause') {
            take(pause(session, { type: 'pause', id: 1, stream_id: STREAM_ID, position_ms: from }, now))
            playing = false
          }
          if (what === 'resume') {
            take(resume(session, { id: 1, stream_id: STREAM_ID }, now, GRANT_POLICY))
            playing = true
          }
          if (what === 'credit') take(credit(session, want(chunk, chunks), now, GRANT_POLICY))
        }
        const record = ended(signOut(session, now))
        expect(record.ms_granted).toBe(overGranted)
        expect(record.ms_played).toBeLessThanOrEqual(playedFor)
        expect(record.ms_played).toBeLessThanOrEqual(overGranted)
      }),
      { numRuns: 500 },
    )
  })

  it('Q3 chunks count that were signed for by a gateway whose clock is behind the one where the stream began', () => {
    const session = started()
    const window = { stream_id: STREAM_ID, bitrate_kbps: 160, next_chunk: 0, chunks: 8 } as const
    credit(session, { type: 'credit', ...window }, T0 - 700, GRANT_POLICY)
    heartbeat(session, beat(10_000), T0 + 10_000, GRANT_POLICY)
    expect(lastWill(session)?.ms_played).toBe(10_000)
  })

  it('Q3 a chunk in the middle that was never signed for costs itself and not the whole run', () => {
    const session = started()
    const ask = (next_chunk: number, chunks: number) => {
      const window = { stream_id: STREAM_ID, bitrate_kbps: 160, next_chunk, chunks } as const
      credit(session, { type: 'credit', ...window }, T0, GRANT_POLICY)
    }
    ask(1, 1)
    ask(3, 2)
    heartbeat(session, beat(16_000), T0 + 20_000, GRANT_POLICY)
    expect(lastWill(session)?.ms_played).toBe(8_000)
  })

  it('Q4 an hour by a clock that is slowly set back is not a false claim, and a false one is seen', () => {
    const flags = (speed: number, everyMs = 60_000) => {
      const session = newSession(LISTENER, DEVICE)
      giveLease(session, { fence: FENCE, untilMs: T0 + 7_200_000 })
      const track = aTrack({ duration_ms: 4_000_000, chunk_ms: 400_000 })
      const start = { re: 1, streamId: STREAM_ID, track, positionMs: 0, reason: 'pick', upNext: [] } as const
      begin(session, { ...start, endReason: 'pick', endPositionMs: undefined, endStreamId: undefined }, T0)
      const window = { stream_id: STREAM_ID, bitrate_kbps: 160, next_chunk: 0, chunks: 10 } as const
      for (let ms = 0; ms <= 3_600_000; ms += everyMs) {
        credit(session, { type: 'credit', ...window }, T0 + ms, GRANT_POLICY)
        heartbeat(session, beat(ms), T0 + Math.floor(ms / speed), GRANT_POLICY)
      }
      return lastWill(session)?.flags
    }
    expect(flags(1.001)).toEqual([])
    expect(flags(1.001, 3_600_000)).toEqual([])
    expect(flags(1.01)).toContain('claim-exceeds-elapsed')
  })

  it('Q4 what a stream is heard from the buffer of the one before, until its first chunk, is not called false', () => {
    const flags = (untilGrantMs: number) => {
      const session = started()
      const window = { stream_id: STREAM_ID, bitrate_kbps: 160, next_chunk: 0, chunks: 15 } as const
      credit(session, { type: 'credit', ...window }, T0 + untilGrantMs, GRANT_POLICY)
      heartbeat(session, beat(30_000), T0 + 30_000, GRANT_POLICY)
      return lastWill(session)?.flags
    }
    expect(flags(5_000)).toEqual([])
    expect(flags(20_000)).toEqual(['claim-exceeds-granted'])
  })
})
