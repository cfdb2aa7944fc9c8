import { describe, expect, it } from 'vitest'
import { aTrack, DEVICE, LISTENER, STREAM_ID } from '../session/fixtures.ts'
import { begin, pause } from '../session/requests.ts'
import { newSession } from '../session/session.ts'
import { type Connection, newConnection } from './connection.ts'
import type { Context } from './context.ts'
import { drain } from './drain.ts'
import { hold } from './held-session.ts'

/** A socket that notes who was told what, in order. */
function player(name: string, bufferMs: number, state: 'idle' | 'playing' | 'paused', told: string[]): Connection {
  const session = newSession(LISTENER, DEVICE)
  if (state !== 'idle') {
    const reason = 'pick' as const
    const start = { re: 1, streamId: STREAM_ID, track: aTrack(), positionMs: 0, reason, upNext: [] }
    begin(session, { ...start, endReason: reason, endPositionMs: undefined, endStreamId: undefined }, 0)
  }
  if (state === 'paused') pause(session, { type: 'pause', id: 2, stream_id: STREAM_ID, position_ms: 0 }, 0)
  const connection = newConnection('json', 100, 0)
  connection.state = { at: 'ready', held: hold(session, 1, 0) }
  connection.bufferMs = bufferMs
  const socket = {
    send: (frame: string) => {
      told.push(`${name} ${JSON.parse(frame).type}`)
      return 1
    },
    getBufferedAmount: () => 0,
    end: (code: number) => {
      told.push(`${name} ${code}`)
      connection.socket = undefined
    },
  }
  connection.socket = socket as unknown as NonNullable<Connection['socket']>
  return connection
}

const contextOf = (connections: readonly Connection[]) =>
  ({
    connections: new Set(connections),
    config: { limits: { maxQueuedBytes: 1_000_000 } },
    metrics: { closes: { inc: () => undefined } },
  }) as unknown as Context

describe('G1 drain', () => {
  it('lets go first who plays nothing, then by the audio that is held, each told before it is closed', async () => {
    const told: string[] = []
    const players = [
      player('thin', 2_000, 'playing', told),
      player('deep', 30_000, 'playing', told),
      player('paused', 0, 'paused', told),
      player('middle', 10_000, 'playing', told),
    ]
    await drain(contextOf(players), Date.now() + 10_000)
    expect(told.filter((line) => line.endsWith('goaway'))).toEqual([
      'paused goaway',
      'deep goaway',
      'middle goaway',
      'thin goaway',
    ])
    for (const name of ['paused', 'deep', 'middle', 'thin']) {
      expect(told.indexOf(`${name} 4000`)).toBeGreaterThan(told.indexOf(`${name} goaway`))
    }
  })

  it('keeps to a deadline that leaves no time for waves', async () => {
    const told: string[] = []
    const players = Array.from({ length: 200 }, (_, i) => player(`p${i}`, i, 'playing', told))
    const before = performance.now()
    await drain(contextOf(players), Date.now() + 500)
    // Its waves would take more than five seconds.
    expect(performance.now() - before).toBeLessThan(4_000)
    expect(told.filter((line) => line.endsWith('4000'))).toHaveLength(200)
  })
})
