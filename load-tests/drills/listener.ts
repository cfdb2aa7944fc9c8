/** Owns one listener of a drill: an SDK client at a gateway of chance, a player, and the habits that a seed gives it. */

import { setTimeout as sleep } from 'node:timers/promises'
import { pick, seededRandom } from '../../infra/demo/seeded-random.ts'
import { type Client, connect, SegueError } from '../../protocol/client/index.ts'
import { HeadlessPlayer } from '../headless-player.ts'
import { tapped } from './wire-tap.ts'
import { Witness } from './witness.ts'

const REPORT_EVERY_MS = 400
const LEAST_THOUGHT_MS = 500
const MOST_THOUGHT_MS = 5_000
const MOST_PAUSE_MS = 2_000
const LEAST_TRACK_LEFT_MS = 5_000
const ANSWER_AGAIN_MS = 300

export interface ListenerOptions {
  readonly number: number
  readonly seed: number
  readonly gateways: readonly string[]
  readonly tracks: readonly string[]
  token(refresh: boolean): Promise<string>
}

type Habit = (listener: Listener) => Promise<void>

/** What a listener does when it does something, by weight. One who only listens does nothing of it. */
const HABITS: readonly Habit[] = [
  (listener) => listener.pauses(),
  (listener) => listener.seeks(),
  (listener) => listener.player.next('next'),
  (listener) => listener.picks(),
  async () => undefined,
  async () => undefined,
]

export class Listener {
  readonly witness: Witness
  readonly client: Client
  readonly player: HeadlessPlayer
  /** What no listener may meet: refusals that are not retriable, and failures that are no refusals. */
  readonly troubles: string[] = []
  /** How long it was without a gateway, each time, from when it knew. */
  readonly awayMs: number[] = []
  readonly #random: () => number
  readonly #tracks: readonly string[]
  /** Only listens: a stream must be able to grow old. */
  readonly isCalm: boolean
  #leaving = false
  #life: Promise<void> = Promise.resolve()

  constructor(options: ListenerOptions) {
    const { number, seed, gateways, tracks } = options
    const random = seededRandom(seed * 1_000 + number)
    this.#random = random
    this.#tracks = tracks
    this.isCalm = number % 2 === 0
    this.witness = new Witness(`listener ${number}`)
    let player: HeadlessPlayer | undefined
    let failed = ''
    let awaySinceMs: number | undefined
    this.client = connect({
      // By chance, as an ingress spreads its clients; nor would it send one to where it just failed.
      url: () => {
        const url = pick(
          random,
          gateways.filter((gateway) => gateway !== failed),
        )
        failed = url
        return url
      },
      token: (refresh) => options.token(refresh),
      device: { id: `drill-${number}`, name: `Drill ${number}`, kind: 'desktop' },
      position: () => player?.position(),
      webSocket: tapped(this.witness),
    })
    player = new HeadlessPlayer({ client: this.client, reportEveryMs: REPORT_EVERY_MS, goesOn: true })
    this.player = player
    this.client.on('state', ({ state }) => {
      if (state === 'connected') {
        failed = ''
        if (awaySinceMs !== undefined) this.awayMs.push(Date.now() - awaySinceMs)
        awaySinceMs = undefined
      } else {
        awaySinceMs ??= Date.now()
      }
    })
    this.client.on('dropped', ({ events, reason }) => {
      this.#trouble(`${events.length} events were dropped: ${reason}`)
    })
    this.client.on('error', ({ name, retriable, message }) => {
      if (!retriable) this.#trouble(`was told ${name}: ${message}`)
    })
  }

  begin(): void {
    this.#life = this.#live()
  }

  /** Ends what it was about to do, and listens no longer; the client stays connected, and the stream open. */
  async settle(): Promise<void> {
    this.#leaving = true
    await this.#life
    this.player.stop()
  }

  close(): void {
    this.player.stop()
    this.client.close()
  }

  async pauses(): Promise<void> {
    await this.player.pause()
    await sleep(this.#random() * MOST_PAUSE_MS)
    await this.player.goOn()
  }

  async seeks(): Promise<void> {
    const { track } = this.player
    if (track === undefined) return
    await this.player.seek(Math.round(this.#random() * (track.duration_ms - LEAST_TRACK_LEFT_MS)))
  }

  async picks(): Promise<void> {
    await this.player.play(pick(this.#random, this.#tracks))
  }

  async #live(): Promise<void> {
    while (!this.#leaving) {
      // One that is not connected waits: it has nobody to ask.
      if (this.client.state === 'connected') await this.#act()
      await sleep(LEAST_THOUGHT_MS + this.#random() * (MOST_THOUGHT_MS - LEAST_THOUGHT_MS))
    }
  }

  async #act(): Promise<void> {
    try {
      if (this.player.track === undefined) await this.picks()
      else if (!this.player.moving) await this.player.goOn()
      else if (!this.isCalm) await pick(this.#random, HABITS)(this)
    } catch (error) {
      if (!(error instanceof SegueError)) throw error
      if (!error.retriable && !EXPECTED.has(error.code)) this.#trouble(`was refused: ${error.code}, ${error.message}`)
      await sleep(ANSWER_AGAIN_MS)
    }
  }

  #trouble(what: string): void {
    this.troubles.push(`${this.witness.name}: ${what}`)
  }
}

/** Refusals of a request that was done before: the answer was lost with the line, and the state told instead. Or the stream went elsewhere meanwhile. */
const EXPECTED: ReadonlySet<string> = new Set(['lost', 'no_stream', 'wrong_stream', 'not_paused', 'closed'])
