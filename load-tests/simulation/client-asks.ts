/** Owns what a client asks about playback: each of the stream that it names (P8), until it is answered (P1, U1). */

import type { Commanded } from '../../protocol/messages/commanded.ts'
import type { Request } from './client-witness.ts'
import type { SimPlayer } from './sim-player.ts'

const RETRY_MS = 1_000

type WithoutId = Request extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never
type OfStream = Extract<Request, { type: 'play' | 'pause' | 'seek' | 'next' | 'stop' }>
type WithoutNames<R> = R extends unknown ? Omit<R, 'id' | 'stream_id' | 'fence'> : never

export interface AsksParts {
  readonly player: SimPlayer
  readonly nowMs: () => number
  readonly isConnected: () => boolean
  readonly newId: () => number
  readonly asked: (request: Request) => void
  readonly send: (request: Request) => void
  /** For as long as the line lives. */
  readonly after: (delayMs: number, work: () => void) => void
}

const isLeaving = (request: Request) =>
  request.type === 'next' || request.type === 'stop' || (request.type === 'play' && request.reason === 'pick')

export class ClientAsks {
  readonly waiting = new Map<number, Request>()
  readonly #parts: AsksParts

  constructor(parts: AsksParts) {
    this.#parts = parts
  }

  play(trackId: string, positionMs: number, reason: 'pick' | 'reconnect'): void {
    const { playhead, positionMs: from_ms } = this.#parts.player
    const from = playhead === undefined ? {} : { stream_id: playhead.streamId, from_ms }
    this.ask({ type: 'play', track_id: trackId, position_ms: positionMs, reason, ...from })
  }

  pause(): void {
    const { player } = this.#parts
    if (player.playhead === undefined) return
    player.move(false)
    this.#askOfStream({ type: 'pause', position_ms: player.positionMs })
    player.report('paused')
  }

  seek(positionMs: number): void {
    const { player } = this.#parts
    const from_ms = player.positionMs
    // The stream to come is not here yet.
    if (player.playhead === undefined || this.#isToChange) return
    player.playhead.jump(positionMs, this.#parts.nowMs())
    this.#askOfStream({ type: 'seek', from_ms, position_ms: positionMs })
    // The window was void with it, and what is held may not be granted.
    player.credit()
    player.report('seeked')
  }

  /** On to what is up next. */
  next(reason: 'next' | 'completed'): void {
    const { player } = this.#parts
    if (reason === 'next') player.report('skipped')
    this.#askOfStream({ type: 'next', position_ms: player.positionMs, reason })
  }

  stop(): void {
    this.#askOfStream({ type: 'stop', position_ms: this.#parts.player.positionMs, reason: 'stopped' })
  }

  /** On with what is paused. */
  goOn(): void {
    this.#askOfStream({ type: 'play' })
  }

  /** Another device asks: as if its own listener had. */
  obey({ action, stream_id, position_ms = 0 }: Commanded): void {
    const { status, playhead } = this.#parts.player
    if (action === 'play' && status === 'paused') this.goOn()
    else if (playhead === undefined || status !== 'playing') return
    else if (action === 'pause') this.pause()
    else if (stream_id !== playhead.streamId) return
    else if (action === 'next') this.next('next')
    else if (action === 'seek') this.seek(Math.min(position_ms, playhead.track.duration_ms))
  }

  ask(wish: WithoutId): void {
    if (!this.#parts.isConnected()) return
    const request = { ...wish, id: this.#parts.newId() } as Request
    this.waiting.set(request.id, request)
    this.#parts.asked(request)
    this.#parts.send(request)
    // The listener left what played; should the wish be refused, it goes on.
    if (isLeaving(request)) this.#parts.player.move(false)
  }

  #askOfStream(wish: WithoutNames<OfStream>): void {
    const { playhead, fenced } = this.#parts.player
    if (playhead === undefined) return
    const named = { stream_id: playhead.streamId, ...(wish.type === 'play' ? {} : fenced) }
    this.ask({ ...wish, ...named } as WithoutId)
  }

  get #isToChange(): boolean {
    for (const { type } of this.waiting.values()) if (type === 'next' || type === 'play') return true
    return false
  }

  /** The request that has its answer now, if it waited for one. */
  answered(re: number | undefined): Request | undefined {
    const request = re === undefined ? undefined : this.waiting.get(re)
    if (request !== undefined) this.waiting.delete(request.id)
    return request
  }

  /** Those up to `lastRequest` were answered, and the answers are lost. */
  forgetAnswered(lastRequest: number): void {
    for (const id of [...this.waiting.keys()]) if (id <= lastRequest) this.waiting.delete(id)
  }

  /** What never arrived. */
  sendAgain(lastRequest: number): void {
    for (const [id, request] of this.waiting) if (id > lastRequest) this.#parts.send(request)
  }

  refused(re: number, retriable: boolean): void {
    const request = this.answered(re)
    if (request === undefined) return
    const { player, after } = this.#parts
    if (isLeaving(request) && player.status === 'playing') player.goOnFrom(retriable)
    // There is no room for the stream to go on in.
    if (!retriable && request.type === 'play' && request.reason === 'reconnect') player.stop()
    // What failed for a while is wished again.
    if (retriable) after(RETRY_MS, () => this.#wishAgain(request))
  }

  #wishAgain(request: Request): void {
    if (request.type === 'next') this.next(request.reason === 'completed' ? 'completed' : 'next')
    else if (request.type === 'play' && request.track_id !== undefined) {
      const goesOn = request.reason === 'reconnect'
      this.play(request.track_id, goesOn ? this.#parts.player.positionMs : 0, goesOn ? 'reconnect' : 'pick')
    }
  }
}
