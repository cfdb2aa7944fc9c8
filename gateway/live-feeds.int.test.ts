/** Owns the test of live readings and a reader that stands still: on a real socket, with a kernel's buffers between. */

import { App, type us_listen_socket, us_listen_socket_close, us_socket_local_port } from 'uWebSockets.js'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createLogger } from '../infra/runtime/log.ts'
import { route } from './http/answer.ts'
import { createLiveFeeds } from './live-feeds.ts'
import { createMetrics } from './metrics.ts'

const log = createLogger('test', 'fatal')
/** Fills the buffers of both ends in a moment. */
const LARGE = 'x'.repeat(500_000)

let socket: Socket | undefined
let listener: us_listen_socket | undefined
afterEach(() => {
  socket?.destroy()
  if (listener !== undefined) us_listen_socket_close(listener)
})

async function stalled() {
  let nowMs = 0
  let reads = 0
  const metrics = createMetrics(() => ({
    sockets: 0,
    mostSockets: 0,
    backlogBytes: 0,
    unsaved: { sessions: 0, streams: 0 },
  }))
  const live = createLiveFeeds<string>({
    read: async () => ({ number: ++reads, LARGE }),
    keyOf: String,
    everyMs: () => 20,
    log,
    metrics,
    now: () => nowMs,
  })
  const app = App()
  app.get(
    '/stream',
    route(() => live.open('all', 1_000_000), { log, clientAddress: () => '127.0.0.1', headers: {} }),
  )
  const port = await new Promise<number>((resolve) =>
    app.listen('127.0.0.1', 0, (listening) => {
      if (listening === false) throw new Error('cannot listen')
      listener = listening
      resolve(us_socket_local_port(listening))
    }),
  )
  const reader = connect(port, '127.0.0.1')
  socket = reader
  reader.write('GET /stream HTTP/1.1\r\nhost: a\r\n\r\n')
  reader.pause()
  const counted = async (result: string) => {
    const { values } = await metrics.liveReadings.get()
    return values.find(({ labels }) => labels.result === result)?.value ?? 0
  }
  await expect.poll(() => counted('skipped')).toBeGreaterThan(20)
  return {
    live,
    reader,
    counted,
    reads: () => reads,
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

it('who reads again gets the newest, not what was skipped', async () => {
  const { live, reader, reads } = await stalled()
  const skippedTo = reads()
  let text = ''
  reader.on('data', (piece) => {
    text += piece.toString()
  })
  reader.resume()
  const numbers = () => [...text.matchAll(/"number":(\d+)/g)].map(([, number]) => Number(number))
  await expect.poll(() => numbers().at(-1) ?? 0).toBeGreaterThanOrEqual(skippedTo)
  live.end()
  const heard = numbers()
  expect([...heard].sort((a, b) => a - b)).toEqual(heard)
  expect(heard.some((number, at) => at > 0 && number - (heard[at - 1] ?? 0) > 15)).toBe(true)
})

it('who reads nothing for long is let go', async () => {
  const { live, reader, counted, pass } = await stalled()
  expect(await counted('given_up')).toBe(0)
  pass(16_000)
  await expect.poll(() => counted('given_up')).toBe(1)
  const closed = new Promise<void>((resolve) => reader.on('close', () => resolve()))
  reader.on('error', () => undefined)
  reader.resume()
  await closed
  live.end()
})
