import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Replay } from './replay.ts'

const MOST = 5

describe('a replay', () => {
  it('Q8 holds the newest messages in order, whatever their lengths, and is the same after it was bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 40 }), (messages) => {
        let replay = new Replay(MOST)
        messages.forEach((message, at) => {
          replay.keep(message)
          // A gateway goes on with it.
          if (at % 7 === 6) replay = new Replay(MOST, replay.bytes)
          const kept = Math.min(at + 1, MOST)
          expect(replay.count).toBe(kept)
          for (let count = 0; count <= kept; count += 1)
            expect(replay.newest(count)).toEqual(messages.slice(at + 1 - count, at + 1))
        })
        replay.clear()
        expect([replay.count, replay.bytes.byteLength, replay.newest(0)]).toEqual([0, 0, []])
      }),
    )
  })
})
