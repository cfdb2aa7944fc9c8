/** Owns frames from hell over real sockets, while a well-behaved player beside them is served all the time. */

import { setTimeout as wait } from 'node:timers/promises'
import WebSocket from 'ws'
import { seededRandom } from '../../infra/demo/seeded-random.ts'
import { connect } from '../../protocol/client/index.ts'
import { closeName, isRetriableClose } from '../../protocol/close-codes.ts'
import { decodeDown, encodeMessage } from '../../protocol/codec.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'
import { type Encoding, SUBPROTOCOLS } from '../../protocol/version.ts'
import { FrameSource } from './frame-source.ts'
import { mib } from './memory.ts'
import type { Hints } from './messages.ts'
import { Outcomes } from './outcomes.ts'

export interface SocketRunOptions {
  readonly http: string
  readonly ws: string
  readonly token: () => Promise<string>
  readonly frames: number
  readonly seed: number
  readonly progress?: (frames: number) => void
  readonly signal?: AbortSignal
}

export interface SocketRun {
  readonly outcomes: Outcomes
  readonly seconds: number
  /** Of the well-behaved player: events acknowledged, and the longest that a request took. */
  readonly served: { readonly acked: number; readonly slowestMs: number }
  readonly rssBytes: { readonly before: number; readonly after: number }
  readonly problems: readonly string[]
}

/** Limits of the gateway without which few would get as far as what is tried here. */
export const WIDE_OPEN = {
  SEGUE_SIGN_INS_OF_AN_ACCOUNT_PER_MINUTE: '6000000',
  SEGUE_SIGN_INS_OF_AN_ACCOUNT_BURST: '100000',
  SEGUE_BAD_TOKENS_OF_AN_ADDRESS_PER_MINUTE: '6000000',
  SEGUE_BAD_TOKENS_OF_AN_ADDRESS_BURST: '100000',
} as const

const ATTACKERS = 16
/** Frames in a socket's hands before the next are made. */
const MOST_BUFFERED_BYTES = 256 * 1024
/** What is normal for a gateway that was idle and now serves: pools, compiled code, metrics. */
const MOST_GROWTH_BYTES = 192 * 1024 * 1024
const SERVED_WITHIN_MS = 20_000
/** Closes that no row of the table accounts for: what uWebSockets.js does to text that is no UTF-8, and to a frame beyond the hard limit. */
const OF_THE_TRANSPORT: readonly number[] = [1006, 1007, 1009]

export async function socketRun(options: SocketRunOptions): Promise<SocketRun> {
  const { http, frames, seed } = options
  const outcomes = new Outcomes()
  const problems: string[] = []
  const before = await residentBytes(http)
  const good = await startGoodPlayer(options)
  const began = performance.now()
  const share = Math.ceil(frames / ATTACKERS)
  const attackers = Array.from({ length: ATTACKERS }, (_, number) =>
    attack(
      { ...options, frames: Math.max(0, Math.min(share, frames - number * share)), seed: seed + number },
      number,
      outcomes,
      problems,
    ),
  )
  await Promise.all(attackers)
  const seconds = (performance.now() - began) / 1000
  const served = await good.end()
  problems.push(...served.problems)
  const after = await residentBytes(http)
  if (after - before > MOST_GROWTH_BYTES) problems.push(`the gateway grew by ${mib(after - before)}`)
  return { outcomes, seconds, served, rssBytes: { before, after }, problems }
}

async function residentBytes(http: string): Promise<number> {
  const metrics = await (await fetch(`${http}/metrics`)).text()
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1])
}

/** Offers its frames over one socket after the other. */
async function attack(
  options: SocketRunOptions,
  number: number,
  outcomes: Outcomes,
  problems: string[],
): Promise<void> {
  const encoding: Encoding = number % 2 === 0 ? 'msgpack' : 'json'
  const signsIn = number % 4 < 2
  const source = new FrameSource(seededRandom(options.seed))
  const hints: Hints = {
    ...{ nowMs: Date.now(), nextId: 1, streamId: '018f2b6c-9d00-7abc-8def-0123456789ab', ticket: 'none yet' },
    ...{ trackIds: ['018f2b6c-9d00-7abc-8def-0123456789ac'], prefers: ['play', 'credit', 'heartbeat', 'telemetry'] },
  }
  let sent = 0
  while (sent < options.frames) {
    options.signal?.throwIfAborted()
    const socket = await opened(options.ws, encoding)
    if (socket === undefined) {
      problems.push('a socket could not be opened')
      return
    }
    let greeted: () => void = () => undefined
    const ready = new Promise<void>((resolve) => {
      greeted = resolve
    })
    socket.on('message', (data: Buffer, isBinary) => {
      const message = decodeDown(isBinary ? data : data.toString(), encoding)
      if (message === undefined || !outcomes.count('said', message.type)) {
        problems.push(`the gateway said what is no message: ${data.toString('hex')}`)
      } else if (message.type === 'error' && !outcomes.count('errors', message.name)) {
        problems.push(`the gateway answered '${message.name}'`)
      }
      if (message?.type === 'ready' || message?.type === 'resumed') hints.ticket = message.ticket
      if (message?.type === 'playback') hints.streamId = message.stream_id ?? hints.streamId
      if (message?.type === 'ready') greeted()
    })
    const closed = new Promise<void>((resolve) => {
      socket.once('close', (code) => {
        greeted()
        const name = closeName(code)
        const known = OF_THE_TRANSPORT.includes(code) || (code === 1005 && isRetriableClose(code))
        if (name === 'unknown' ? !known : !outcomes.count('closed', name)) {
          problems.push(`the gateway closed with ${code} '${name}'`)
        }
        resolve()
      })
    })
    if (signsIn) {
      socket.send(encodeMessage(signIn(await options.token()), encoding))
      await ready
    }
    for (let few = 0; sent < options.frames && socket.readyState === WebSocket.OPEN; few++) {
      hints.nowMs = Date.now()
      hints.nextId += 1
      const frame = source.next(encoding, hints)
      socket.send(frame.bytes, { binary: frame.isBinary })
      sent += 1
      outcomes.frames += 1
      // A close must be heard soon: what is sent after it meets nobody.
      if (few % 4 === 3 || socket.bufferedAmount > MOST_BUFFERED_BYTES) await wait(1)
    }
    options.progress?.(outcomes.frames)
    socket.terminate()
    await closed
  }
}

const signIn = (token: string): UpMessage => ({
  ...{ type: 'authenticate', token, device: { id: 'from-hell', name: 'Hell', kind: 'web' } },
})

/** Undefined when there is no gateway any more. */
async function opened(url: string, encoding: Encoding): Promise<WebSocket | undefined> {
  const socket = new WebSocket(url, [SUBPROTOCOLS[encoding]])
  return new Promise((resolve) => {
    socket.once('open', () => resolve(socket))
    socket.on('error', () => resolve(undefined))
  })
}

/** Signs in by the SDK, reports an event and asks something every 100 ms. */
async function startGoodPlayer({ ws, token }: SocketRunOptions) {
  const client = connect({ url: ws, token, device: { id: 'good', name: 'Good', kind: 'web' }, webSocket: WebSocket })
  const problems: string[] = []
  let acked = 0
  let slowestMs = 0
  let reported = 0
  client.on('acked', ({ events }) => {
    acked += events.length
  })
  client.on('state', ({ state, reason }) => {
    if (state !== 'connecting' && state !== 'connected' && state !== 'closed') {
      problems.push(`the well-behaved player came to be ${state}: ${reason}`)
    }
  })
  await new Promise<unknown>((resolve) => client.on('ready', resolve))
  const stream_id = '018f2b6c-9d00-7abc-8def-0123456789ab'
  let ending = false
  const living = (async () => {
    while (!ending) {
      const beganMs = performance.now()
      // A device that is not there: an answer as good as any, and nobody's fault (L5).
      await client.command('not-there', { action: 'pause' }).catch((error: { code: string }) => {
        if (error.code !== 'device_away') problems.push(`the well-behaved player was answered '${error.code}'`)
      })
      slowestMs = Math.max(slowestMs, performance.now() - beganMs)
      client.report('position', { stream_id, position_ms: reported })
      reported += 1
      await wait(100)
    }
  })()
  return {
    async end() {
      ending = true
      await living
      const deadline = Date.now() + SERVED_WITHIN_MS
      while (client.pendingEvents > 0 && Date.now() < deadline) await wait(20)
      client.close()
      if (acked !== reported)
        problems.push(`of ${reported} events of the well-behaved player ${acked} were acknowledged`)
      if (slowestMs > SERVED_WITHIN_MS)
        problems.push(`a request of the well-behaved player took ${Math.round(slowestMs)} ms`)
      return { acked, slowestMs: Math.round(slowestMs), problems }
    },
  }
}
