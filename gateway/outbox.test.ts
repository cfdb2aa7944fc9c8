import { describe, expect, it } from 'vitest'
import type { DownMessage } from '../protocol/messages/down.ts'
import { type Connection, newConnection } from './connection.ts'
import type { Context } from './context.ts'
import { createMetrics } from './metrics.ts'
import { close, flush, refuse, send } from './outbox.ts'

const HANDED_ON = 1
const WAITS = 0

/** A socket whose reader stops and goes on as the test says. */
function slowPlayer(limits: { maxQueuedBytes?: number; maxBacklogBytes?: number; maxHurried?: number } = {}) {
  const heard: string[] = []
  const timers: (() => void)[] = []
  let reads = true
  let inSocket: string[] = []
  const connection = newConnection('json', 100, 0)
  const socket = {
    send(frame: string) {
      if (reads) heard.push(label(JSON.parse(frame)))
      else inSocket.push(label(JSON.parse(frame)))
      return reads ? HANDED_ON : WAITS
    },
    getBufferedAmount: () => inSocket.length,
    end(code: number) {
      heard.push(String(code))
      connection.socket = undefined
    },
  }
  connection.socket = socket as unknown as NonNullable<Connection['socket']>
  const metrics = createMetrics(() => ({
    sockets: 1,
    mostSockets: 1,
    backlogBytes: context.backlog.bytes,
    unsaved: { sessions: 0, streams: 0 },
  }))
  const context = {
    config: {
      limits: { maxQueuedBytes: 100_000, maxBacklogBytes: 1_000_000, maxErrors: 20, maxHurried: 3, ...limits },
    },
    metrics,
    backlog: { bytes: 0 },
    now: () => 0,
    after: (_ms: number, work: () => void) => timers.push(work),
  } as unknown as Context
  const read = () => {
    reads = true
    heard.push(...inSocket)
    inSocket = []
    flush(context, connection)
  }
  const says = (message: DownMessage) => send(context, connection, message)
  const counted = async (name: string) =>
    ((await metrics.registry.getSingleMetric(name)?.get())?.values ?? []).map(({ labels, value }) => [
      labels.lane,
      value,
    ])
  return { context, connection, heard, timers, says, counted, read, stopReading: () => (reads = false) }
}

function label(message: DownMessage): string {
  if (message.type === 'up_next') return `up_next ${message.revision}`
  if (message.type === 'ack') return `ack ${message.batch}`
  return message.type
}

const ack = (batch: number): DownMessage => ({ type: 'ack', batch })
const upNext = (revision: number): DownMessage => ({ type: 'up_next', revision, tracks: [] })
const beat: DownMessage = { type: 'heartbeat_ack', sent_at_ms: 0, server_time_ms: 0 }
const grant: DownMessage = { type: 'grant', stream_id: 's', bitrate_kbps: 96, expires_at_ms: 0, chunks: [] }

describe('the outbox of a client that does not read', () => {
  it('L1 sends what waits by lane, in each lane in order', () => {
    const { says, heard, stopReading, read } = slowPlayer()
    says(ack(1))
    stopReading()
    // Handed to the socket already, which takes no more.
    says(ack(2))
    for (const message of [upNext(1), ack(3), grant, beat, ack(4), beat, grant]) says(message)
    expect(heard).toEqual(['ack 1'])
    read()
    expect(heard.slice(1)).toEqual([
      'ack 2',
      'heartbeat_ack',
      'heartbeat_ack',
      'grant',
      'grant',
      'ack 3',
      'ack 4',
      'up_next 1',
    ])
    says(upNext(2))
    expect(heard.at(-1)).toBe('up_next 2')
  })

  it('L2 keeps only the newest recommendation, counts what it replaced, and holds nothing when all is read', async () => {
    const { says, heard, stopReading, read, counted, context } = slowPlayer()
    stopReading()
    says(beat)
    for (let revision = 1; revision <= 5; revision += 1) says(upNext(revision))
    expect(context.backlog.bytes).toBeGreaterThan(0)
    read()
    expect(heard).toEqual(['heartbeat_ack', 'up_next 5'])
    expect(await counted('segue_gateway_coalesced_total')).toEqual([['recommendations', 4]])
    expect(context.backlog.bytes).toBe(0)
  })

  it('L3 closes a client that is hopeless, by what waits for it, with nothing kept but the code', async () => {
    const { says, heard, stopReading, read, counted, context, timers, connection } = slowPlayer({ maxQueuedBytes: 300 })
    stopReading()
    says(beat)
    for (let batch = 1; batch <= 20 && connection.closing === undefined; batch += 1) says(ack(batch))
    expect(connection.closing).toBe('slow_consumer')
    expect(context.backlog.bytes).toBe(0)
    const [[lane, dropped] = []] = await counted('segue_gateway_dropped_total')
    expect(lane).toBe('acknowledgements')
    expect(dropped).toBeGreaterThan(5)
    // It reads after all, in time to see why.
    read()
    expect(heard).toEqual(['heartbeat_ack', '4003'])
    timers[0]?.()
    expect(heard).toHaveLength(2)
  })

  it('L3 closes it without its reading, too', () => {
    const { says, heard, stopReading, timers } = slowPlayer({ maxQueuedBytes: 10 })
    stopReading()
    says(beat)
    says(beat)
    expect(heard).toEqual([])
    timers[0]?.()
    expect(heard).toEqual(['4003'])
  })

  it('L3 gives up who holds much when all together hold too much', () => {
    const { says, stopReading, connection, context } = slowPlayer({ maxBacklogBytes: 50_000 })
    stopReading()
    says(beat)
    const large = (): DownMessage => ({ ...beat, padding: 'x'.repeat(10_000) }) as DownMessage
    says(large())
    expect(connection.closing).toBe(undefined)
    // Others take the rest.
    context.backlog.bytes += 60_000
    says(beat)
    expect(connection.closing).toBe(undefined)
    says(large())
    expect(connection.closing).toBe('slow_consumer')
    expect(context.backlog.bytes).toBe(60_000)
  })

  it('G1 closes after what was said before, and drops what is asked for again', async () => {
    const { says, heard, stopReading, read, context, connection, counted } = slowPlayer()
    stopReading()
    says(beat)
    says(upNext(1))
    says(ack(1))
    says({ type: 'goaway', reason: 'draining', reconnect_after_ms: 1, close_after_ms: 1 })
    close(context, connection, 'going_away')
    says(beat)
    read()
    expect(heard).toEqual(['heartbeat_ack', 'goaway', '4000'])
    expect(await counted('segue_gateway_dropped_total')).toEqual([
      ['acknowledgements', 1],
      ['recommendations', 1],
      // Said when it was being closed already.
      ['control', 1],
    ])
  })

  it('L5 says how long to wait, and closes only who does not listen to that', () => {
    const { context, connection, heard } = slowPlayer()
    const tooMany = () => refuse(context, connection, 'too_many_requests', 'slow down', { re: 1, retryAfterMs: 20 })
    tooMany()
    tooMany()
    expect(heard).toEqual(['error', 'error'])
    tooMany()
    expect(heard).toEqual(['error', 'error', 'error', '4010'])
  })
})
