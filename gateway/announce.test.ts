/** Owns the test of a word to everybody: in order, in one write, a part of the sockets at a time, and to nobody who is not there. */

import { expect, it } from 'vitest'
import { decodeDown } from '../protocol/codec.ts'
import type { Notice } from '../protocol/messages/notice.ts'
import { announce } from './announce.ts'
import { type Connection, newConnection } from './connection.ts'
import type { Context } from './context.ts'
import { createMetrics } from './metrics.ts'

const notice = (text: string): Notice => ({ type: 'notice', notice: 'service', text })

function gateway(players: number, limits = { maxQueuedBytes: 100_000, maxBacklogBytes: 1_000_000 }) {
  const turns: (() => void)[] = []
  const metrics = createMetrics(() => ({
    sockets: 0,
    mostSockets: 0,
    backlogBytes: 0,
    unsaved: { sessions: 0, streams: 0 },
  }))
  const context = {
    config: { limits },
    metrics,
    announced: [],
    connections: new Set<Connection>(),
    backlog: { bytes: 0 },
    after: (_ms: number, work: () => void) => turns.push(work),
  } as unknown as Context
  const seated = Array.from({ length: players }, () => seat(context))
  return {
    context,
    turns,
    seated,
    turn: () => turns.shift()?.(),
    said: async () => (await metrics.notices.get()).values.map(({ value }) => value),
  }
}

/** One who is signed in, and what came in each write. */
function seat(context: Context, handedOn = 1) {
  const connection = newConnection('msgpack', 100, 0)
  const writes: string[][] = []
  const codes: number[] = []
  connection.socket = {
    send(frame) {
      const message = decodeDown(frame, 'msgpack')
      writes.at(-1)?.push(message?.type === 'notice' ? (message.text ?? '') : 'another')
      return handedOn
    },
    cork(work) {
      writes.push([])
      work()
    },
    getBufferedAmount: () => 0,
    end: (code) => codes.push(code),
  }
  connection.state = { at: 'ready', held: {} as never }
  context.connections.add(connection)
  return { connection, writes, codes }
}

it('says what comes together in one write, in order', async () => {
  const { context, turn, turns, seated, said } = gateway(3)
  announce(context, notice('first'))
  announce(context, notice('second'))
  turn()
  for (const { writes } of seated) expect(writes).toEqual([['first', 'second']])
  expect([turns.length, await said()]).toEqual([0, [6]])
  announce(context, notice('third'))
  turn()
  for (const { writes } of seated) expect(writes).toEqual([['first', 'second'], ['third']])
})

it('lets others have their turn between parts of the sockets, and forgets nobody', async () => {
  const { context, turn, seated, said } = gateway(4_500)
  announce(context, notice('to all'))
  turn()
  const told = () => seated.filter(({ writes }) => writes.length === 1).length
  expect(told()).toBe(2_000)
  // Who leaves meanwhile is passed over; what is said meanwhile follows.
  context.connections.delete(seated[4_499]?.connection as Connection)
  announce(context, notice('and again'))
  for (let i = 0; i < 10; i += 1) turn()
  expect(told()).toBe(0)
  for (const { writes } of seated.slice(0, -1)) expect(writes).toEqual([['to all'], ['and again']])
  expect(seated.at(-1)?.writes).toEqual([])
  expect(await said()).toEqual([8_998])
})

it('waits in the lane of one who does not read, who is closed when that is too much, and passes over who is not signed in', () => {
  const { context, turn } = gateway(0, { maxQueuedBytes: 200, maxBacklogBytes: 1_000 })
  const slow = seat(context, 0)
  const guest = seat(context)
  guest.connection.state = { at: 'greeted', deadlineMs: 1 }
  announce(context, notice('one'))
  announce(context, notice('two'))
  turn()
  expect(slow.writes).toEqual([['one']])
  expect([slow.connection.lanes?.bytes, context.backlog.bytes]).toEqual([
    expect.any(Number),
    slow.connection.lanes?.bytes,
  ])
  announce(context, notice('x'.repeat(300)))
  turn()
  expect([slow.connection.closing, context.backlog.bytes]).toEqual(['slow_consumer', 0])
  expect(guest.writes).toEqual([])
})

it('is thrown back where it is no notice', () => {
  const { context, turns } = gateway(1)
  for (const word of [undefined, { type: 'notice' }, { type: 'notice', notice: 'service', text: 'x'.repeat(501) }])
    expect(() => announce(context, word as Notice)).toThrow('no notice')
  expect(turns).toEqual([])
})
