/** Owns those behind a slow line: they ask for more than it carries until it is gone, and come back over a better one. */

import { check } from 'k6'
import { closeName } from '../../../protocol/close-codes.ts'
import { decodeDown, encodeMessage } from '../../../protocol/codec.ts'
import type { DownMessage } from '../../../protocol/messages/down.ts'
import type { UpMessage } from '../../../protocol/messages/up.ts'
import { SUBPROTOCOLS } from '../../../protocol/version.ts'
import { type Place, placesOf, settings, until, urlOf } from './given.ts'
import { K6Socket } from './line.ts'
import { meters } from './meters.ts'
import type { Found } from './setup.ts'

/** Below what `hello` allows. Every answer is long, and so is what plays next. The SDK would wait for each. */
const ASK_EVERY_MS = 25
const BACK_WITHIN_MS = 10_000
const TAGS = { role: 'sluggish' }

/** What its client knows of a session. */
interface Known {
  ticket: string
  lastSeq: number
  nextId: number
}

export async function dragging({ tracks }: Found): Promise<void> {
  await Promise.all(placesOf('sluggish').map((place) => drag(place, tracks)))
}

async function drag(place: Place, tracks: readonly string[]): Promise<void> {
  const known: Known = { ticket: '', lastSeq: 0, nextId: 1 }
  const code = await asksTooMuch(place, tracks, known)
  meters.disconnects.add(1, { ...TAGS, reason: closeName(code) })
  const lostMs = Date.now()
  const recovered = known.ticket === '' ? undefined : await comesBack(place, known)
  if (recovered !== undefined) meters.return.add(Date.now() - lostMs, { ...TAGS, recovered: String(recovered) })
  check(recovered, { 'came back': (seen) => seen !== undefined }, TAGS)
}

/** Resolves when its line is gone, with the close code: the gateway's, or that it broke. */
function asksTooMuch(place: Place, tracks: readonly string[], known: Known): Promise<number> {
  const { number, token } = place
  const { slowUrls } = settings
  const socket = open(slowUrls[number % slowUrls.length] ?? '', number, (message, say) => {
    if (message.type === 'hello')
      say({ type: 'authenticate', token, device: { id: `k6-sluggish-${number}`, name: 'k6', kind: 'phone' } })
    if (message.type === 'ready') known.ticket = message.ticket
    if ('seq' in message && message.seq !== undefined) known.lastSeq = Math.max(known.lastSeq, message.seq)
  })
  const say = sayer(socket)
  const timer = setInterval(() => {
    const track_id = tracks[known.nextId % tracks.length]
    if (known.ticket === '' || track_id === undefined) return
    say({ type: 'play', id: known.nextId, track_id, reason: 'pick' })
    known.nextId += 1
  }, ASK_EVERY_MS)
  return new Promise((resolve) => {
    socket.onclose = ({ code }: { code: number }) => {
      clearInterval(timer)
      resolve(code)
    }
  })
}

/** By its ticket, over the gateway's own address; whether all that was missed came with it, or undefined when it was not let in. */
function comesBack({ number }: Place, known: Known): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const socket = open(urlOf(number, 1), number, (message, say) => {
      const id = known.nextId
      if (message.type === 'hello') say({ type: 'resume', id, ticket: known.ticket, last_seq: known.lastSeq })
      if (message.type === 'resumed') end(message.recovered)
      if (message.type === 'error' && message.re === id) end(undefined)
    })
    const end = (recovered: boolean | undefined) => {
      resolve(recovered)
      socket.close()
    }
    socket.onclose = () => resolve(undefined)
    void until(Date.now() + BACK_WITHIN_MS).then(() => end(undefined))
  })
}

function open(url: string, number: number, hear: (message: DownMessage, say: Sayer) => void): K6Socket {
  // `Host` is the gateway's, also where the address is not.
  const host = urlOf(number, 0).split('/')[2] ?? ''
  const socket = new K6Socket(url, [SUBPROTOCOLS.msgpack], { tags: TAGS, headers: { Host: host } })
  socket.binaryType = 'arraybuffer'
  socket.onmessage = ({ data }: { data: ArrayBuffer }) => {
    const message = decodeDown(new Uint8Array(data), 'msgpack')
    if (message !== undefined) hear(message, sayer(socket))
  }
  return socket
}

type Sayer = (message: UpMessage) => void
const OPEN = 1

const sayer =
  (socket: K6Socket): Sayer =>
  (message) => {
    if (socket.readyState === OPEN) socket.send(encodeMessage(message, 'msgpack') as Uint8Array)
  }
