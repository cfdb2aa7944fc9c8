/** Owns what is known of a stream from outside of the core: how the playhead moved, what was granted, how long it was open. */

/** Positions are whole milliseconds on the wire: each run may be off by one at either end. */
const ROUNDING_MS = 2

export class StreamFacts {
  readonly streamId: string
  readonly sessionId: string
  readonly client: string
  readonly honest: boolean
  readonly chunkMs: number
  /** True time at which the gateway heard the request that began it, or earlier. */
  readonly begunAtMs: number
  /** The client knows that it is over. */
  overAtMs = Number.POSITIVE_INFINITY
  readonly #runs: { fromMs: number; toMs: number }[] = []
  readonly #granted = new Set<number>()
  #leftAfterMs: number | undefined
  /** Clocks of gateways that took it over differed by so much, forward, in all. */
  skewMs = 0
  /** Another gateway went on with it, or what a gateway said of it was undone. */
  disturbed = false
  /** The program that played it was killed. */
  brokenOff = false
  /** It was granted chunks that no save has held, by a gateway that lost it. */
  undone = false
  /** It goes on where another one broke off. */
  reconnected = false
  readonly #pauses: { readonly fromMs: number; toMs: number }[] = []

  constructor(
    streamId: string,
    sessionId: string,
    client: string,
    honest: boolean,
    chunkMs: number,
    begunAtMs: number,
  ) {
    this.streamId = streamId
    this.sessionId = sessionId
    this.client = client
    this.honest = honest
    this.chunkMs = chunkMs
    this.begunAtMs = begunAtMs
  }

  moved(fromMs: number, toMs: number): void {
    const last = this.#runs.at(-1)
    if (last !== undefined && Math.abs(last.toMs - fromMs) < 1) last.toMs = toMs
    else this.#runs.push({ fromMs, toMs })
  }

  /** Its gateway heard that the client wants it to end: it may play on until the answer, of a gateway that stands still for long. */
  left(): void {
    this.#leftAfterMs = this.movedMs
  }

  /** What counts of what was heard: until the client wanted no more of it. */
  get owedMs(): number {
    return this.#leftAfterMs ?? this.movedMs
  }

  granted(chunk: number): void {
    this.#granted.add(chunk)
  }

  paused(nowMs: number): void {
    if (this.#pauses.at(-1)?.toMs !== Number.POSITIVE_INFINITY)
      this.#pauses.push({ fromMs: nowMs, toMs: Number.POSITIVE_INFINITY })
  }

  played(nowMs: number): void {
    const last = this.#pauses.at(-1)
    if (last?.toMs === Number.POSITIVE_INFINITY) last.toMs = nowMs
  }

  /** How long it was open and not known to be paused, as of `nowMs`. */
  openMs(nowMs: number): number {
    const untilMs = Math.min(nowMs, this.overAtMs)
    let pausedMs = 0
    // A client may go on with it when its line is dead, after the last word that was heard.
    for (const { fromMs, toMs } of this.#pauses) pausedMs += Math.max(0, Math.min(toMs, untilMs) - fromMs)
    // A client that slept is told of a stream after the last word of its session was heard.
    return Math.max(0, untilMs - this.begunAtMs - (this.disturbed ? 0 : pausedMs))
  }

  get movedMs(): number {
    let ms = 0
    for (const { fromMs, toMs } of this.#runs) ms += toMs - fromMs
    return ms
  }

  /** Of what it moved, the part that lies over chunks that were granted at any time. */
  get movedOverGrantedMs(): number {
    let ms = 0
    for (const { fromMs, toMs } of this.#runs) {
      for (let chunk = Math.floor(fromMs / this.chunkMs); chunk * this.chunkMs < toMs; chunk++) {
        if (!this.#granted.has(chunk)) continue
        ms += Math.min(toMs, (chunk + 1) * this.chunkMs) - Math.max(fromMs, chunk * this.chunkMs)
      }
    }
    return ms
  }

  get toleranceMs(): number {
    return ROUNDING_MS * (this.#runs.length + 1)
  }
}
