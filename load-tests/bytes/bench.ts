/** Owns what is done to each frame: decoded and judged alone, then dispatched to a connection at a stage, and all that is answered held against the tables. */

import type { TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { pino } from 'pino'
import type { Connection } from '../../gateway/connection.ts'
import { onFrame } from '../../gateway/dispatch.ts'
import { flush } from '../../gateway/outbox.ts'
import { seededRandom } from '../../infra/demo/seeded-random.ts'
import { closeName } from '../../protocol/close-codes.ts'
import { decodeFrame } from '../../protocol/codec.ts'
import { DOWN_MESSAGES } from '../../protocol/messages/down.ts'
import { isUp, refusalOf } from '../../protocol/validate.ts'
import type { Encoding } from '../../protocol/version.ts'
import { BEGINS_AT_MS, type BenchGateway, createBenchGateway } from './bench-gateway.ts'
import { TRACKS, UNKNOWN, WITHDRAWN } from './fakes.ts'
import { type Frame, FrameSource } from './frame-source.ts'
import type { Hints, MessageName } from './messages.ts'
import { Outcomes } from './outcomes.ts'
import { BenchSocket, connectionAt, hangUp, STAGES, type Stage } from './stages.ts'

/** A frame with which something went wrong, and enough to send it again. */
export interface Failure {
  readonly why: string
  readonly stage: Stage
  readonly encoding: Encoding
  readonly is_binary: boolean
  readonly hex: string
}

const DOWN_CHECKS = new Map<string, TypeCheck<TSchema>>(
  Object.entries(DOWN_MESSAGES).map(([type, schema]) => [type, TypeCompiler.Compile<TSchema>(schema)]),
)
const TRACK_IDS = [...TRACKS.map(({ track_id }) => track_id), WITHDRAWN, UNKNOWN]
const ENCODINGS = ['msgpack', 'json'] as const
/** What the gateway has under way is waited for after so many frames. */
const SETTLE_EVERY = 256
/** Of the microtask queue: from a token to `ready` it takes some. */
const TURNS = 6
/** Then others listen: each device that was ever there is told of, and a list of hundreds is slow to tell. */
const FRAMES_AN_ACCOUNT = 64
/** So many that the devices of one are forgotten when its turn comes again. */
const ACCOUNTS = 1_024
const CHANCE = 0x5e60e
const SLOW_SHARE = 0.1

/** A place for one connection at a time. */
interface Place {
  readonly stage: Stage
  readonly encoding: Encoding
  readonly hints: Hints
  connection: Connection | undefined
  socket: BenchSocket | undefined
  frame: Frame
  /** Answers, closes included, since the last frame. */
  answers: number
}

export class Bench {
  readonly outcomes = new Outcomes()
  readonly #random: () => number
  readonly #source: FrameSource
  readonly #gateway: BenchGateway
  readonly #places: readonly Place[]
  readonly #failed: (failure: Failure) => void
  #place: Place

  /** @param createGateway what is tested; another one only to see that a defect is seen */
  constructor(seed: number, failed: (failure: Failure) => void, createGateway = createBenchGateway) {
    // Apart, so that what the gateway has under way does not change the frames.
    this.#random = seededRandom(seed ^ CHANCE)
    this.#source = new FrameSource(seededRandom(seed))
    this.#failed = failed
    const log = pino({ level: 'error' }, { write: (line) => this.#onLogged(line) })
    this.#gateway = createGateway(this.#random, log)
    this.#places = STAGES.flatMap((stage) => ENCODINGS.map((encoding) => newPlace(stage, encoding)))
    this.#place = this.#places[0] as Place
  }

  /** So many frames by the seed. */
  async run(frames: number): Promise<void> {
    for (let frame = 0; frame < frames; frame++) {
      this.#gateway.clock.nowMs += 1
      const turn = Math.floor(this.outcomes.frames / FRAMES_AN_ACCOUNT)
      this.#gateway.account.id = `acct-${turn % ACCOUNTS}`
      const place = this.#places[this.outcomes.frames % this.#places.length] as Place
      place.hints.nowMs = this.#gateway.clock.nowMs
      place.hints.nextId += 1
      this.#offer(place, this.#source.next(place.encoding, place.hints))
      // What the handlers have begun goes on before the same place is used again.
      if (frame % this.#places.length === 0) for (let turn = 0; turn < TURNS; turn++) await undefined
      if (frame % SETTLE_EVERY === SETTLE_EVERY - 1) await this.#gateway.settle()
    }
    await this.#gateway.settle()
  }

  /** One frame again, at a connection of its own. */
  async replay({ stage, encoding, is_binary, hex }: Omit<Failure, 'why'>): Promise<void> {
    this.#offer(newPlace(stage, encoding), { bytes: Buffer.from(hex, 'hex'), isBinary: is_binary })
    await this.#gateway.settle()
  }

  /** The frame that was offered last has done this. */
  blame(why: string): void {
    this.#fail(this.#place, why)
  }

  #offer(place: Place, frame: Frame): void {
    this.outcomes.frames += 1
    this.#place = place
    place.frame = frame
    const accepted = this.#judge(place, frame)
    const connection = this.#connectionOf(place)
    place.answers = 0
    const promised = promisedTo(connection)
    // The memory is the socket's own: whoever reads it later reads something else.
    const memory = Uint8Array.from(frame.bytes)
    try {
      onFrame(this.#gateway.context, connection, memory.buffer, frame.isBinary)
    } catch (error) {
      this.#fail(place, `dispatch threw: ${String(error)}`)
    }
    memory.fill(0xc1)
    const isReady = place.stage === 'ready' || place.stage === 'playing'
    const mustBeAnswered = !accepted || (!isReady && place.stage !== 'greeted')
    const isAnswered = place.answers > 0 || promisedTo(connection) > promised
    if (mustBeAnswered && !isAnswered && connection.lanes === undefined) this.#fail(place, 'there was no answer')
  }

  /** Whether the frame alone is a message. */
  #judge(place: Place, { bytes, isBinary }: Frame): boolean {
    try {
      const value = decodeFrame(bytes, place.encoding)
      if (value === undefined) {
        this.outcomes.count('refused', 'malformed_frame')
        return false
      }
      if (isUp(value)) return this.outcomes.count('accepted', value.type) && isBinary === (place.encoding === 'msgpack')
      const { error } = refusalOf(value)
      if (!this.outcomes.count('refused', error)) this.#fail(place, `it was refused with '${error}'`)
    } catch (error) {
      this.#fail(place, `decoding or validation threw: ${String(error)}`)
    }
    return false
  }

  #connectionOf(place: Place): Connection {
    const { connection, socket } = place
    if (connection !== undefined && socket !== undefined) {
      if (connection.lanes !== undefined && this.#random() < 0.3) {
        socket.read()
        flush(this.#gateway.context, connection)
      }
      if (stageOf(connection) === place.stage && connection.closing === undefined) return connection
      if (connection.socket !== undefined) hangUp(this.#gateway, connection)
    }
    const fresh = new BenchSocket(
      {
        said: (frame) => this.#onSaid(place, frame),
        closed: (code) => this.#onClosed(place, code),
      },
      this.#random() < SLOW_SHARE,
    )
    place.hints.nextId = 2
    place.socket = fresh
    place.connection = connectionAt(this.#gateway, place.stage, place.encoding, fresh)
    const { state } = place.connection
    if (state.at === 'ready' && state.held.session.state.at !== 'idle') {
      place.hints.streamId = state.held.session.state.stream.streamId
    }
    return place.connection
  }

  #onSaid(place: Place, frame: Uint8Array | string): void {
    place.answers += 1
    const message = decodeFrame(frame, place.encoding)
    if (message === undefined || !this.outcomes.count('said', message.type)) {
      this.#fail(place, `the gateway said what is no message: ${Buffer.from(frame).toString('hex')}`)
      return
    }
    if (DOWN_CHECKS.get(message.type)?.Check(message) !== true) {
      this.#fail(place, `the gateway said what does not fit its schema: ${JSON.stringify(message)}`)
    }
    const { name, ticket, stream_id } = message as { name?: string; ticket?: string; stream_id?: string }
    if (ticket !== undefined) place.hints.ticket = ticket
    if (message.type === 'playback' && stream_id !== undefined) place.hints.streamId = stream_id
    if (message.type === 'error' && !this.outcomes.count('errors', String(name))) {
      this.#fail(place, `the gateway answered '${name}'`)
    }
  }

  #onClosed(place: Place, code: number): void {
    place.answers += 1
    const name = closeName(code)
    if (!this.outcomes.count('closed', name)) this.#fail(place, `the gateway closed with ${code} '${name}'`)
  }

  /** The log is the only place where a defect says what it was. */
  #onLogged(line: string): void {
    const { msg, err } = JSON.parse(line)
    if (msg === 'a frame could not be handled') this.#fail(this.#place, `it was not handled: ${err?.stack}`)
  }

  #fail({ stage, encoding, frame }: Place, why: string): void {
    this.#failed({ why, stage, encoding, is_binary: frame.isBinary, hex: Buffer.from(frame.bytes).toString('hex') })
  }
}

const PREFERRED: Readonly<Record<Stage, readonly MessageName[]>> = {
  greeted: ['authenticate', 'resume'],
  verifying: ['heartbeat', 'authenticate'],
  ready: ['play', 'telemetry', 'refresh', 'heartbeat'],
  playing: ['credit', 'heartbeat', 'pause', 'seek', 'next', 'play', 'telemetry'],
}

function newPlace(stage: Stage, encoding: Encoding): Place {
  const hints = {
    nowMs: BEGINS_AT_MS,
    nextId: 1,
    streamId: UNKNOWN,
    ticket: 'none yet',
    trackIds: TRACK_IDS,
    prefers: PREFERRED[stage],
  }
  const frame = { bytes: new Uint8Array(), isBinary: true }
  return { stage, encoding, hints, connection: undefined, socket: undefined, frame, answers: 0 }
}

/** Answers to requests that are said when the session is saved, or when their turn comes: how many there were so far. */
function promisedTo({ state, waiting }: Connection): number {
  return (state.at === 'ready' ? state.held.session.sayings.seq : 0) + waiting.refusal
}

/** Where the connection has come to. */
function stageOf({ state }: Connection): Stage | undefined {
  if (state.at === 'closed') return undefined
  if (state.at !== 'ready') return state.at
  return state.held.session.state.at === 'idle' ? 'ready' : 'playing'
}
