import { describe, expect, it } from 'vitest'
import { plainMsgpack } from '../protocol/plain-msgpack.ts'
import { sessionFrom, snapshotOf } from './snapshot.ts'
import { INPUTS, STATES, started } from './testing/playing-session.ts'

describe('a snapshot', () => {
  it('Q6 a session is the same after it was bytes, whatever happened to it', () => {
    for (const state of Object.values(STATES)) {
      for (const input of Object.values(INPUTS)) {
        const session = state()
        input(session)
        const bytes = plainMsgpack.pack(snapshotOf(session))
        const again = sessionFrom(plainMsgpack.unpack(bytes))
        expect(again).toEqual(session)
        // What is private to a replay, `toEqual` does not see.
        expect(again && plainMsgpack.pack(snapshotOf(again)).equals(bytes)).toBe(true)
      }
    }
    expect(sessionFrom({ ...snapshotOf(started()), version: 0 })).toBeUndefined()
  })
})
