import { expect, it } from 'vitest'
import type { Playback } from '../messages/playback.ts'
import { PlaybackKeeper } from './playback-keeper.ts'

const playback = (fields: Partial<Playback>): Playback => ({
  type: 'playback',
  seq: 1,
  status: 'playing',
  position_ms: 0,
  at_ms: 0,
  ...fields,
})

it('T7 knows the fence of the open stream, and that of the one before when it is over', () => {
  const keeper = new PlaybackKeeper({
    play: () => Promise.reject(new Error('nobody plays')),
    positionMs: () => 0,
    nextTrackId: () => undefined,
    serverNowMs: () => 0,
    changed: () => undefined,
  })
  keeper.told(playback({ stream_id: 'one', fence: 5 }))
  keeper.told(playback({ stream_id: 'two', fence: 7 }))
  // It ran out and was granted again.
  keeper.told(playback({ stream_id: 'two', fence: 9 }))
  keeper.told(playback({ stream_id: 'two', status: 'stopped', reason: 'evicted' }))
  expect([keeper.fenceOf('one'), keeper.fenceOf('two')]).toEqual([{ fence: 5 }, { fence: 9 }])
  keeper.told(playback({ stream_id: 'three', fence: 12 }))
  expect([keeper.fenceOf('one'), keeper.fenceOf('two'), keeper.fenceOf('three')]).toEqual([
    {},
    { fence: 9 },
    { fence: 12 },
  ])
})
