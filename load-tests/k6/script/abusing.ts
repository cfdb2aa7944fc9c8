/** Owns those who mean no good: a table of what they do, and by which close code each is to be answered (SPEC). */

import { CLOSE_CODES, type CloseName, closeName } from '../../../protocol/close-codes.ts'
import { decodeDown, encodeMessage } from '../../../protocol/codec.ts'
import type { Hello } from '../../../protocol/messages/hello.ts'
import type { UpMessage } from '../../../protocol/messages/up.ts'
import { SUBPROTOCOLS } from '../../../protocol/version.ts'
import { endsMs, placesOf, until, urlOf } from './given.ts'
import { K6Socket } from './line.ts'
import { meters } from './meters.ts'

interface Abuse {
  /** Signs in first, as anybody does. */
  readonly signsIn?: boolean
  /** When that is done; or else when `hello` came. */
  act(say: (frame: Uint8Array) => void, hello: Hello, token: string): void
  /** `overloaded` is an answer to tokens and silence too, where there were many (L6, G2). */
  readonly answers: readonly CloseName[]
}

const device = { id: 'k6-abuser', name: 'k6', kind: 'desktop' } as const
const packed = (message: UpMessage) => encodeMessage(message, 'msgpack') as Uint8Array
const authenticate = (token: string) => packed({ type: 'authenticate', token, device })
/** No MessagePack begins so. */
const NEVER_USED = new Uint8Array([0xc1])
/** A JWT without a signature: {"alg":"none"}. */
const unsigned = (token: string) => `eyJhbGciOiJub25lIn0.${token.split('.')[1]}.`
/** Another last character but one: of the last one some bits do not count. */
const tampered = (token: string) => `${token.slice(0, -2)}${token.at(-2) === 'A' ? 'B' : 'A'}${token.slice(-1)}`

const ABUSES: Readonly<Record<string, Abuse>> = {
  'garbage-token': { act: (say) => say(authenticate('a.b.c')), answers: ['token_malformed', 'overloaded'] },
  'unsigned-token': {
    act: (say, _, token) => say(authenticate(unsigned(token))),
    answers: ['token_algorithm', 'overloaded'],
  },
  'tampered-token': {
    act: (say, _, token) => say(authenticate(tampered(token))),
    answers: ['token_signature', 'overloaded'],
  },
  'forged-ticket': {
    act: (say) => say(packed({ type: 'resume', id: 1, ticket: 'forged', last_seq: 0 })),
    answers: ['ticket_invalid'],
  },
  'too-early': {
    act: (say) => say(packed({ type: 'heartbeat', sent_at_ms: Date.now() })),
    answers: ['not_authenticated'],
  },
  silence: { act: () => undefined, answers: ['authenticate_timeout', 'overloaded'] },
  'huge-frame': {
    act: (say, { max_frame_bytes }) => say(new Uint8Array(max_frame_bytes + 1)),
    answers: ['frame_too_large'],
  },
  'malformed-frames': {
    signsIn: true,
    act(say) {
      for (let n = 0; n < 25; n += 1) say(NEVER_USED)
    },
    answers: ['too_many_errors'],
  },
  haste: {
    signsIn: true,
    act(say, { messages_burst }) {
      const beat = packed({ type: 'heartbeat', sent_at_ms: Date.now() })
      for (let n = 0; n < messages_burst + 200; n += 1) say(beat)
    },
    answers: ['too_many_requests'],
  },
}
const KINDS = Object.entries(ABUSES)

const AGAIN_AFTER_MS = 2_000
/** Silence takes the longest. */
const ANSWERED_WITHIN_MS = 15_000
const WITHOUT_A_WORD = 1_006

export async function abusing(): Promise<void> {
  await Promise.all(
    placesOf('abuser').map(async ({ number, token }) => {
      const [kind, abuse] = KINDS[number % KINDS.length] as (typeof KINDS)[number]
      while (Date.now() < endsMs()) {
        const code = await answerTo(abuse, token, number)
        const name = code === undefined ? 'none' : closeName(code)
        const isRight = name !== 'none' && name !== 'unknown' && abuse.answers.includes(name)
        meters.abuseAnswered.add(isRight, { kind, role: 'abuser' })
        if (!isRight) console.warn(`${kind} was answered by ${name} (${code ?? 'no close'})`)
        await until(Date.now() + AGAIN_AFTER_MS)
      }
    }),
  )
}

/** The close code; undefined where none came in time. */
function answerTo({ signsIn = false, act }: Abuse, token: string, number: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = new K6Socket(urlOf(number, 0), [SUBPROTOCOLS.msgpack], { tags: { role: 'abuser' } })
    let hello: Hello | undefined
    const say = (frame: Uint8Array) => socket.send(frame)
    const timer = setTimeout(() => {
      resolve(undefined)
      socket.close(CLOSE_CODES.internal.code)
    }, ANSWERED_WITHIN_MS)
    socket.binaryType = 'arraybuffer'
    socket.onmessage = ({ data }: { data: ArrayBuffer }) => {
      const message = decodeDown(new Uint8Array(data), 'msgpack')
      if (message?.type === 'hello') {
        hello = message
        if (signsIn) say(authenticate(token))
        else act(say, hello, token)
      } else if (message?.type === 'ready' && hello !== undefined) act(say, hello, token)
    }
    socket.onclose = ({ code }: { code: number }) => {
      clearTimeout(timer)
      resolve(code === WITHOUT_A_WORD ? undefined : code)
    }
  })
}
