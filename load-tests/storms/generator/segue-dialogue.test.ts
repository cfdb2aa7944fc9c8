import { beforeEach, describe, expect, it, vi } from 'vitest'
import { decodeFrame, encodeMessage } from '../../../protocol/codec.ts'
import type { DownMessage } from '../../../protocol/messages/down.ts'
import type { UpMessage } from '../../../protocol/messages/up.ts'
import { newTally, type Tally } from '../tally.ts'
import { SegueDialogue } from './segue-dialogue.ts'

const STREAM_ID = '018f0000-0000-7000-8000-0000000000bb'
const SESSION_ID = '018f0000-0000-7000-8000-0000000000ee'

let tally: Tally
let dialogue: SegueDialogue
let said: UpMessage[]
let back: number

const line = () => ({
  send: (payload: Uint8Array) => void said.push(decodeFrame(payload, 'msgpack') as UpMessage),
  caughtUp: () => {
    back += 1
  },
  again: () => undefined,
})
const hears = (message: object) =>
  dialogue.heard(Buffer.from(encodeMessage(message as DownMessage, 'msgpack') as Uint8Array))
const playback = (seq: number, re: number) =>
  hears({ type: 'playback', seq, re, status: 'playing', stream_id: STREAM_ID, position_ms: 0, at_ms: 0 })
const resumed = (seq: number, last_request: number, recovered = true, more = {}) =>
  hears({ type: 'resumed', re: 0, session_id: SESSION_ID, recovered, seq, last_request, ticket: 'next', ...more })
const idOfLastSeek = () => said.filter((message) => message.type === 'seek').at(-1)?.id ?? 0

beforeEach(() => {
  tally = newTally()
  said = []
  back = 0
  dialogue = new SegueDialogue({ id: 'acct-storm', token: 'token' }, 'track', tally)
  dialogue.begin(line())
  hears({ type: 'hello', heartbeat_interval_ms: 15_000, first_heartbeat_ms: 15_000 })
  hears({ type: 'ready', ticket: 'first' })
  playback(1, 1)
})

/** A request, and the line breaks before it is answered. */
function breakOff(): number {
  dialogue.ask()
  const id = idOfLastSeek()
  dialogue.silence()
  said = []
  dialogue.begin(line())
  hears({ type: 'hello', heartbeat_interval_ms: 15_000, first_heartbeat_ms: 15_000 })
  return id
}

describe('a client of the storms', () => {
  it('U1 is back when all that was promised is in, and not before', () => {
    const id = breakOff()
    expect(said[0]).toMatchObject({ type: 'resume', ticket: 'first', last_seq: 1 })
    back = 0
    resumed(2, id)
    expect(back).toBe(0)
    playback(2, id)
    expect(back).toBe(1)
    expect(tally).toMatchObject({ recovered: 1, replayed: 1, returnsWithReplay: 1, duplicates: 0, gaps: 0 })
    expect(dialogue.unanswered).toBe(0)
  })

  it('U1 asks again what never arrived', () => {
    const id = breakOff()
    resumed(1, id - 1)
    expect(said).toContainEqual(expect.objectContaining({ type: 'seek', id }))
    expect(dialogue.unanswered).toBe(1)
  })

  it('sees a message that comes twice, one that is left out, and an answer that comes again', () => {
    playback(1, 1)
    expect(tally).toMatchObject({ duplicates: 1, answeredAgain: 1 })
    playback(4, 1)
    expect(tally).toMatchObject({ duplicates: 1, gaps: 2, answeredAgain: 2 })
  })

  it('sees a resume that is not whole, and a session that is gone', () => {
    breakOff()
    resumed(9, 9, false)
    expect(tally).toMatchObject({ recovered: 0, notRecovered: 1 })
    dialogue.silence('4009')
    expect(tally.notRecovered).toBe(2)
  })

  it('U6 asks what its listener asked, and keeps the rest for when it may speak', () => {
    vi.useFakeTimers()
    try {
      dialogue.report()
      const id = breakOff()
      resumed(1, id - 1, true, { quiet_ms: 2_000 })
      dialogue.report()
      const types = () => said.slice(1).map(({ type }) => type)
      expect(types()).toEqual(['seek'])
      vi.advanceTimersByTime(2_000)
      expect(types()).toEqual(['seek', 'heartbeat', 'telemetry', 'credit'])
      expect(said.find((message) => message.type === 'telemetry')?.events).toHaveLength(2)
      expect(dialogue.unacked).toBe(1)
      dialogue.silence()
    } finally {
      vi.useRealTimers()
    }
  })

  it('T2 keeps an event until it is acknowledged, and sends it again after a resume', () => {
    dialogue.report()
    const id = breakOff()
    resumed(1, id - 1)
    const again = said.find((message) => message.type === 'telemetry')
    expect(again?.events).toHaveLength(1)
    expect([dialogue.unacked, dialogue.ackedEvents]).toEqual([1, 0])
    hears({ type: 'ack', batch: again?.batch ?? 0 })
    expect([dialogue.unacked, dialogue.ackedEvents]).toEqual([0, 1])
    dialogue.silence()
  })
})
