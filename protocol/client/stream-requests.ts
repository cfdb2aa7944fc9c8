/** Owns what is asked of the stream that plays: by its name and fence, and what comes while another is to begin waits until that has a name (P8). */

import type { Next } from '../messages/next.ts'
import type { Playback } from '../messages/playback.ts'
import type { Stop } from '../messages/stop.ts'
import type { PlayWish } from './playback-keeper.ts'
import type { WithoutId } from './requests.ts'
import { SegueError } from './segue-error.ts'
import { Turns } from './turns.ts'

export interface StreamRequestsParts {
  /** The open stream, as the gateway said it last. */
  open(): Playback | undefined
  /** The paused track whose stream was lost with its session. */
  lostPause(): PlayWish | undefined
  /** How many sessions were lost until now. */
  sessionsLost(): number
  /** @throws {SegueError} when nothing can be asked now */
  mustBeConnected(): void
  ask(request: WithoutId): Promise<Playback>
}

/** What a request says beside the stream that it names. */
type OfStream =
  | { readonly type: 'play'; readonly instead_of_device_id?: string }
  | { readonly type: 'pause'; readonly position_ms: number }
  | { readonly type: 'seek'; readonly from_ms: number; readonly position_ms: number }
  | { readonly type: 'next'; readonly reason: Next['reason']; readonly position_ms: number }
  | { readonly type: 'stop'; readonly reason: Stop['reason']; readonly position_ms: number }

export class StreamRequests {
  readonly #parts: StreamRequestsParts
  readonly #turns = new Turns()

  constructor(parts: StreamRequestsParts) {
    this.#parts = parts
  }

  /** Another stream is to begin; its place is told with the name of the one that is open as it is asked. */
  begin({ from_ms, ...wish }: PlayWish): Promise<Playback> {
    const stream_id = this.#parts.open()?.stream_id
    const from = stream_id === undefined ? {} : { stream_id, ...(from_ms === undefined ? {} : { from_ms }) }
    return this.#turns.alone(this.#inThisSession(() => this.#parts.ask({ type: 'play', ...wish, ...from })))
  }

  goOn(wish: Pick<PlayWish, 'instead_of_device_id'>): Promise<Playback> {
    const lost = this.#parts.lostPause()
    return lost === undefined ? this.of({ type: 'play', ...wish }) : this.begin({ ...lost, ...wish })
  }

  of(request: OfStream): Promise<Playback> {
    const asked = this.#parts.open()?.stream_id
    const act = this.#inThisSession(() => this.#ask(request, asked))
    return request.type === 'next' ? this.#turns.alone(act) : this.#turns.together(act)
  }

  #ask(request: OfStream, asked: string | undefined): Promise<Playback> {
    this.#parts.mustBeConnected()
    const open = this.#parts.open()
    if (open?.stream_id === undefined) {
      throw new SegueError(request.type === 'play' ? 'not_paused' : 'no_stream', 'nothing plays', false)
    }
    const { stream_id, fence } = open
    const named = { stream_id, ...(fence === undefined ? {} : { fence }) }
    if (stream_id === asked || request.type === 'play') return this.#parts.ask({ ...request, ...named })
    if (request.type === 'seek') throw new SegueError('wrong_stream', 'another stream has begun since', false)
    // The place was one of the stream before: of this one nothing was heard yet.
    return this.#parts.ask({ ...request, ...named, position_ms: open.position_ms })
  }

  /** What waits for its turn when the session is lost was asked of a stream that is over. */
  #inThisSession(act: () => Promise<Playback>): () => Promise<Playback> {
    const lost = this.#parts.sessionsLost()
    return async () => {
      if (this.#parts.sessionsLost() !== lost) throw new SegueError('disconnected', 'the session was lost', true)
      return act()
    }
  }
}
