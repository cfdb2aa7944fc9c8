import { beforeEach, describe, expect, it } from 'vitest'
import type { Playback } from '../messages/playback.ts'
import type { WithoutId } from './requests.ts'
import { SegueError } from './segue-error.ts'
import { StreamRequests } from './stream-requests.ts'

const [A, B] = ['018f0000-0000-7000-8000-0000000000aa', '018f0000-0000-7000-8000-0000000000bb']

let open: Playback | undefined
let lost: number
let asked: WithoutId[]
let answers: { resolve(playback: Playback): void; reject(error: SegueError): void }[]
let requests: StreamRequests

const playback = (stream_id: string, position_ms = 0, fence = 7): Playback => ({
  type: 'playback',
  seq: 1,
  status: 'playing',
  stream_id,
  position_ms,
  at_ms: 0,
  fence,
})
const settled = () => new Promise((resolve) => setImmediate(resolve))

beforeEach(() => {
  open = playback(A)
  lost = 0
  asked = []
  answers = []
  requests = new StreamRequests({
    open: () => open,
    lostPause: () => undefined,
    sessionsLost: () => lost,
    mustBeConnected: () => undefined,
    ask: (request) =>
      new Promise((resolve, reject) => {
        asked.push(request)
        answers.push({ resolve, reject })
      }),
  })
})

describe('P8 what is asked of a stream', () => {
  it('names it and its fence, at once', () => {
    void requests.of({ type: 'pause', position_ms: 4_000 })
    void requests.of({ type: 'seek', from_ms: 4_000, position_ms: 9_000 })
    void requests.goOn({})
    expect(asked).toEqual([
      { type: 'pause', position_ms: 4_000, stream_id: A, fence: 7 },
      { type: 'seek', from_ms: 4_000, position_ms: 9_000, stream_id: A, fence: 7 },
      { type: 'play', stream_id: A, fence: 7 },
    ])
  })

  it('waits while another one is to begin, and is then of that one, of which nothing was heard', async () => {
    void requests.of({ type: 'next', reason: 'next', position_ms: 50_000 })
    const skipped = requests.of({ type: 'next', reason: 'next', position_ms: 50_100 })
    const sought = requests.of({ type: 'seek', from_ms: 50_200, position_ms: 90_000 })
    await settled()
    expect(asked).toHaveLength(1)
    open = playback(B, 0, 8)
    answers[0]?.resolve(open)
    await settled()
    expect(asked[1]).toEqual({ type: 'next', reason: 'next', position_ms: 0, stream_id: B, fence: 8 })
    answers[1]?.reject(new SegueError('ad_plays', 'an advertisement plays', false))
    await expect(skipped).rejects.toMatchObject({ code: 'ad_plays' })
    // Both places of it were of the stream before.
    await expect(sought).rejects.toMatchObject({ code: 'wrong_stream', retriable: false })
    expect(asked).toHaveLength(2)
  })

  it('is of the stream as before where the other one did not begin', async () => {
    const played = requests.begin({ track_id: B, from_ms: 30_000 })
    void requests.of({ type: 'pause', position_ms: 30_100 })
    expect(asked).toEqual([{ type: 'play', track_id: B, stream_id: A, from_ms: 30_000 }])
    answers[0]?.reject(new SegueError('unknown_track', 'there is no such track', false))
    await expect(played).rejects.toMatchObject({ code: 'unknown_track' })
    await settled()
    expect(asked[1]).toEqual({ type: 'pause', position_ms: 30_100, stream_id: A, fence: 7 })
  })

  it('is not asked of another session', async () => {
    const played = requests.begin({ track_id: B })
    const paused = requests.of({ type: 'pause', position_ms: 0 })
    lost += 1
    answers[0]?.reject(new SegueError('disconnected', 'the session was lost', true))
    await expect(played).rejects.toMatchObject({ code: 'disconnected' })
    await expect(paused).rejects.toMatchObject({ code: 'disconnected', retriable: true })
    expect(asked).toHaveLength(1)
  })

  it('is refused here where nothing is open; a track is then begun without a place', async () => {
    open = undefined
    await expect(requests.of({ type: 'stop', reason: 'stopped', position_ms: 0 })).rejects.toMatchObject({
      code: 'no_stream',
    })
    await expect(requests.goOn({})).rejects.toMatchObject({ code: 'not_paused' })
    void requests.begin({ track_id: B, from_ms: 30_000 })
    expect(asked).toEqual([{ type: 'play', track_id: B }])
  })
})
