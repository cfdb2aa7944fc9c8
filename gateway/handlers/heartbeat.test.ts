import { expect, it } from 'vitest'
import { DEVICE, LISTENER, STREAM_ID } from '../../session/fixtures.ts'
import { newSession } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { hold } from '../held-session.ts'
import { onHeartbeat } from './heartbeat.ts'

it('U3 a beat by a fence that is stale is no evidence, and a sign of life that a resume counts from', () => {
  const held = hold(newSession(LISTENER, DEVICE), 1, 0)
  held.session.staleFence = 7
  let [saves, beats] = [0, 0]
  const context = {
    keeper: {
      saveInTime: () => {
        saves += 1
      },
    },
    leases: {
      beat: () => {
        beats += 1
      },
    },
  } as unknown as Context
  const beat = {
    type: 'heartbeat',
    sent_at_ms: 1,
    stream_id: STREAM_ID,
    position_ms: 5,
    buffer_ms: 9,
    fence: 7,
  } as const
  onHeartbeat(context, {} as Connection, held, beat, 1_000)
  expect([saves, beats, held.session.state.at]).toEqual([1, 0, 'idle'])
})
