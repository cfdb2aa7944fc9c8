import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DEVICE, LISTENER } from '../session/fixtures.ts'
import { newSession } from '../session/session.ts'
import { type Connection, inTurn, newConnection } from './connection.ts'
import type { Context } from './context.ts'
import { type HeldSession, hold } from './held-session.ts'
import { createReturns, type Returns } from './returns.ts'

const PACE = { crowd: 2, voicesPerSecond: 10, mostQuietMs: 1_000, settledPerSecond: 100 }
const LATE_MS = 10_000

let waiting: number
let done: string[]
let returns: Returns

beforeEach(() => {
  vi.useFakeTimers()
  waiting = 0
  done = []
  const say = (what: string) => (held: HeldSession) => done.push(`${what} ${held.session.who.session_id}`)
  const context = {
    waitingRoom: { waiting: () => waiting },
    keeper: { park: say('park'), save: say('save') },
    leases: { arrive: say('arrive') },
    now: () => Date.now(),
    after: (ms: number, work: () => void) => setTimeout(work, ms),
  } as unknown as Context
  returns = createReturns(() => context, PACE)
})
afterEach(() => {
  vi.useRealTimers()
})

function comeBack(id: string): Connection {
  const connection = newConnection('msgpack', 1, 0)
  returns.add(connection, hold(newSession({ ...LISTENER, session_id: id }, DEVICE), 2, 0))
  return connection
}
const ask = (connection: Connection, what: string) =>
  inTurn(
    connection,
    () => void done.push(what),
    () => undefined,
  )

describe('what follows a return', () => {
  it('is done when the client speaks, before what it asks, and once', () => {
    const connection = comeBack('a')
    expect(done).toEqual(['park a'])
    expect(returns.speaks(connection)).toBe(true)
    ask(connection, 'asked')
    expect(done).toEqual(['park a', 'arrive a', 'save a', 'asked'])
    expect(returns.speaks(connection)).toBe(false)
    vi.advanceTimersByTime(LATE_MS)
    expect(done).toHaveLength(4)
  })

  it('waits while a crowd waits to be heard, and what is asked waits with it', async () => {
    const connection = comeBack('a')
    waiting = 3
    returns.speaks(connection)
    ask(connection, 'asked')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(done).toEqual(['park a'])
    waiting = 2
    await vi.advanceTimersByTimeAsync(50)
    expect(done).toEqual(['park a', 'arrive a', 'save a', 'asked'])
  })

  it('waits for no crowd without end', async () => {
    waiting = 1_000
    const [asks] = [comeBack('asks'), comeBack('silent')]
    returns.speaks(asks)
    await vi.advanceTimersByTimeAsync(2_050)
    expect(done.slice(2)).toEqual(['arrive asks', 'save asks'])
    await vi.advanceTimersByTimeAsync(LATE_MS)
    expect(done.slice(4)).toEqual(['arrive silent', 'save silent'])
  })

  it('is done for the silent a few at a time, the longest silent first', async () => {
    for (const id of ['a', 'b', 'c']) comeBack(id)
    await vi.advanceTimersByTimeAsync(10)
    expect(done.slice(3)).toEqual(['arrive a', 'save a'])
    await vi.advanceTimersByTimeAsync(20)
    expect(done.slice(5)).toEqual(['arrive b', 'save b', 'arrive c', 'save c'])
  })

  it('is a save alone when the socket goes first, and lets go of what waits', async () => {
    const connection = comeBack('a')
    waiting = 3
    returns.speaks(connection)
    ask(connection, 'asked')
    returns.leave(connection)
    await vi.advanceTimersByTimeAsync(LATE_MS)
    expect(done).toEqual(['park a', 'save a', 'asked'])
  })
})

describe('U6 the slots of those who come back', () => {
  it('lie apart as the pace has it, and the first are not asked to be quiet', () => {
    expect(Array.from({ length: 4 }, () => returns.quietMs(0))).toEqual([0, 100, 200, 300])
    expect(returns.quietMs(1_000)).toBe(0)
  })

  it('lie behind a crowd that is still to be heard', () => {
    waiting = 3
    expect(returns.quietMs(0)).toBeGreaterThan(PACE.mostQuietMs / 4)
    waiting = 0
    expect(returns.quietMs(0)).toBeGreaterThan(PACE.mostQuietMs / 3)
  })

  it('are no further away than a client may be silent, and differ', () => {
    const slots = Array.from({ length: 200 }, () => returns.quietMs(0))
    expect(Math.max(...slots)).toBeLessThanOrEqual(PACE.mostQuietMs)
    expect(new Set(slots).size).toBeGreaterThan(50)
  })
})
