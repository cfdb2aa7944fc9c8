import { describe, expect, it } from 'vitest'
import { blend, type HeardTrack } from './blend.ts'

const list = (...neighbours: [id: string, beside: number, after: number][]): HeardTrack['list'] => ({
  trackIds: neighbours.map(([id]) => id),
  beside: Uint8Array.from(neighbours, ([, beside]) => beside),
  after: Uint8Array.from(neighbours, ([, , after]) => after),
})
const scores = (heard: readonly HeardTrack[]) =>
  Object.fromEntries([...blend(heard)].map(([id, { score, because }]) => [id, [Number(score.toFixed(6)), because]]))

describe('the blend', () => {
  it('Q17 is half of what is heard beside, the later the more, and half of what is heard after the last', () => {
    // Two tracks weigh 1 and 1/2, of 3/2 in all.
    const heard = [
      { track_id: 'b', list: list(['x', 255, 255], ['y', 0, 51]) },
      { track_id: 'a', list: list(['x', 255, 255], ['z', 102, 255]) },
    ]
    expect(scores(heard)).toEqual({
      // 1/2 · 2/3 + 1/2 + 1/2 · 1/3; of a, what is heard after it says nothing any more.
      x: [1, 'b'],
      y: [0.1, 'b'],
      // 1/2 · 1/3 · 2/5
      z: [0.066667, 'a'],
    })
  })

  it('Q17 a track of which nothing is known makes the others weigh no more', () => {
    const known = { track_id: 'a', list: list(['x', 255, 0]) }
    expect(scores([known])).toEqual({ x: [0.5, 'a'] })
    expect(scores([{ track_id: 'b', list: undefined }, known])).toEqual({ x: [0.166667, 'a'] })
    expect(scores([])).toEqual({})
  })
})
