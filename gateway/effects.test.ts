import { beforeEach, describe, expect, it } from 'vitest'
import { decodeRecord } from '../protocol/events/record-codec.ts'
import { aTrack, DEVICE, LISTENER } from '../session/fixtures.ts'
import { begin } from '../session/requests.ts'
import { newSession } from '../session/session.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { perform, recordOwn, recordRest } from './effects.ts'
import { type HeldSession, hold } from './held-session.ts'

const [FIRST, SECOND] = ['018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002']
const nothing = () => undefined

let recorded: string[]
let held: HeldSession
const context = {
  playbackLog: {
    append: async (_key: string, value: Uint8Array) => {
      const record = decodeRecord(value)
      if (record.type !== 'telemetry') recorded.push(`${record.type} ${record.stream_id}`)
    },
  },
  tracing: { begin: nothing },
  keeper: { saveInTime: nothing, settle: nothing },
  leases: { show: nothing },
  dependencies: { kafka: { worked: nothing } },
} as unknown as Context

beforeEach(() => {
  recorded = []
  held = hold(newSession(LISTENER, DEVICE), 1, 0)
})

function begins(streamId: string): void {
  const start = { re: 1, streamId, track: aTrack(), positionMs: 0, reason: 'pick', upNext: [] } as const
  const effects = begin(
    held.session,
    { ...start, endReason: 'pick', endPositionMs: undefined, endStreamId: undefined },
    0,
  )
  perform(context, {} as Connection, held, effects, 0)
}

describe('records of a session whose save is not taken', () => {
  it('D4 of streams that a save has held are left to the gateway that has the session', () => {
    begins(FIRST)
    // Its beginning is saved.
    held.unrecorded = []
    begins(SECOND)
    recordOwn(context, held)
    expect(recorded).toEqual([`stream-started ${SECOND}`, `stream-ended ${SECOND}`])
    recordOwn(context, held)
    expect(recorded.length).toBe(2)
  })

  it('D4 go to the books as they are when no gateway is there to save it', () => {
    begins(FIRST)
    held.unrecorded = []
    begins(SECOND)
    recordRest(context, held)
    expect(recorded).toEqual([`stream-ended ${FIRST}`, `stream-started ${SECOND}`, `stream-ended ${SECOND}`])
  })

  it('D4 of a stream that a save has held and that plays on say nothing of its end', () => {
    begins(FIRST)
    held.unrecorded = []
    recordRest(context, held)
    expect(recorded).toEqual([])
  })
})
