import { expect, it } from 'vitest'
import { aTrack, DEVICE, LISTENER, STREAM_ID } from '../session/fixtures.ts'
import { giveLease } from '../session/leasing.ts'
import { begin } from '../session/requests.ts'
import { newSession } from '../session/session.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { hold } from './held-session.ts'
import { loseStream } from './seat.ts'

it('D4 the end of a stream by the reaper ends no other that began meanwhile', () => {
  const held = hold(newSession(LISTENER, DEVICE), 1, 0)
  giveLease(held.session, { fence: 1, untilMs: 45_000 })
  const start = { re: 1, streamId: STREAM_ID, track: aTrack(), positionMs: 0, reason: 'pick', upNext: [] } as const
  begin(held.session, { ...start, endReason: 'pick', endPositionMs: undefined, endStreamId: undefined }, 0)
  const nothing = () => undefined
  const context = {
    bySession: new Map([[held.session.who.session_id, { state: { at: 'ready', held } } as unknown as Connection]]),
    keeper: { saveInTime: nothing },
    leases: { show: nothing },
    now: () => 0,
  } as unknown as Context
  loseStream(context, held, '018f0000-0000-7000-8000-0000000000ff')
  expect([held.session.state.at, held.unsent.messages.length]).toEqual(['playing', 0])
  loseStream(context, held, STREAM_ID)
  expect([held.session.state.at, held.unsent.messages.length]).toEqual(['idle', 1])
})
