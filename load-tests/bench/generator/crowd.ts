/** Owns the clients of the generator, and what is done with all of them. */

import { createHistogram } from 'node:perf_hooks'
import { count } from '../../storms/tally.ts'
import type { Answer, Clients, Tongue } from '../orders.ts'
import { CentrifugoVoice } from './centrifugo-voice.ts'
import { Client, type ClientEvents } from './client.ts'
import { RawVoice } from './raw-voice.ts'
import { SegueVoice } from './segue-voice.ts'
import { SocketIoVoice } from './socketio-voice.ts'
import type { Voice, VoiceOptions } from './voice.ts'

/** Each has 28,000 ports of its own. */
const SOURCE_ADDRESSES = 8
const NS_A_MS = 1e6

const VOICES: Readonly<Record<Tongue, new (options: VoiceOptions) => Voice>> = {
  segue: SegueVoice,
  socketio: SocketIoVoice,
  centrifugo: CentrifugoVoice,
  raw: RawVoice,
}

export class Crowd implements ClientEvents {
  readonly #clients: Client[] = []
  #where: Pick<Clients, 'host' | 'ports'> = { host: '', ports: [] }
  #ready = 0
  #answers = 0
  #sinceMs = performance.now()
  #others: Record<string, number> = {}
  #ends: Record<string, number> = {}
  readonly #histogram = createHistogram()
  #pumps = false
  #listensSinceMs: number | undefined
  #happened: (() => void) | undefined
  #pacing: NodeJS.Timeout | undefined
  /** Of paced messages: when each was due, by client. */
  readonly #due = new Map<Client, number[]>()

  get present(): number {
    return this.#ready
  }

  async connect({ tongue, host, ports, accounts, chatter, trackId }: Clients, atOnce: number, withinMs: number) {
    this.#where = { host, ports }
    const first = this.#clients.length
    for (const { token } of accounts)
      this.#clients.push(new Client(new VOICES[tongue]({ token, chatter, trackId }), this))
    await this.#bring(first, atOnce, withinMs)
  }

  /** All lines break, and each client comes again. */
  async resume(atOnce: number, withinMs: number): Promise<void> {
    for (const client of this.#clients) {
      client.drop()
      client.voice.comeBack()
    }
    this.#ready = 0
    await this.#bring(0, atOnce, withinMs)
  }

  pump(window: number): void {
    this.#pumps = true
    const nowMs = performance.now()
    for (const client of this.#clients) {
      client.saidAtMs = new Float64Array(window).fill(nowMs)
      client.turn = 0
      client.say(window)
    }
  }

  /** A turn of the loop may be late: then what was due meanwhile is said at once, and its wait is counted. */
  pace(perSecond: number): void {
    clearInterval(this.#pacing)
    const beganMs = performance.now()
    let said = 0
    this.#pacing = setInterval(() => {
      const due = Math.floor(((performance.now() - beganMs) / 1_000) * perSecond)
      for (; said < due; said += 1) {
        const client = this.#clients[said % this.#clients.length]
        if (client === undefined) continue
        const times = this.#due.get(client) ?? []
        this.#due.set(client, times)
        times.push(beganMs + ((said + 1) / perSecond) * 1_000)
        client.say(1)
      }
    }, 1)
  }

  listen(): void {
    this.#listensSinceMs = performance.now()
  }

  async hear(deliveries: number, withinMs: number): Promise<void> {
    await this.#until(() => this.#answers >= deliveries, withinMs)
    this.#listensSinceMs = undefined
  }

  async rest(withinMs: number): Promise<void> {
    this.#pumps = false
    clearInterval(this.#pacing)
    this.#pacing = undefined
    await this.#until(() => this.#clients.every(({ underWay }) => underWay <= 0), withinMs)
  }

  leave(): void {
    clearInterval(this.#pacing)
    for (const client of this.#clients) client.drop()
    this.#clients.length = 0
    this.#due.clear()
    this.#ready = 0
    this.#pumps = false
  }

  take(): Answer {
    const nowMs = performance.now()
    const histogram = this.#histogram
    const ms = (ns: number) => (histogram.count === 0 ? 0 : ns / NS_A_MS)
    const taken = {
      present: this.#ready,
      seconds: (nowMs - this.#sinceMs) / 1_000,
      answers: this.#answers,
      addresses: this.#clients.reduce((sum, { voice }) => sum + voice.takeAddresses(), 0),
      ms: { p50: ms(histogram.percentile(50)), p99: ms(histogram.percentile(99)), max: ms(histogram.max) },
      others: this.#others,
      ends: this.#ends,
    }
    this.#sinceMs = nowMs
    this.#answers = 0
    this.#others = {}
    this.#ends = {}
    histogram.reset()
    return taken
  }

  ready(): void {
    this.#ready += 1
    this.#happened?.()
  }

  answered(client: Client, answers: number): void {
    this.#answers += answers
    const nowMs = performance.now()
    this.#time(client, answers, nowMs)
    this.#happened?.()
  }

  #time(client: Client, answers: number, nowMs: number): void {
    if (this.#pumps) {
      // Each answer makes room for one more message, which is answered when its turn comes again.
      const { saidAtMs } = client
      for (let i = 0; i < answers; i += 1) {
        this.#record(nowMs - (saidAtMs[client.turn] ?? nowMs), 1)
        saidAtMs[client.turn] = nowMs
        client.turn = (client.turn + 1) % saidAtMs.length
      }
      client.say(answers)
      return
    }
    if (this.#listensSinceMs !== undefined) {
      this.#record(nowMs - this.#listensSinceMs, answers)
      return
    }
    const times = this.#due.get(client)
    if (times === undefined) return
    for (let i = 0; i < answers; i += 1) {
      const dueMs = times.shift()
      if (dueMs !== undefined) this.#record(nowMs - dueMs, 1)
    }
  }

  other(_client: Client, what: string): void {
    count(this.#others, what)
  }

  ended(_client: Client, why: string): void {
    count(this.#ends, why)
    this.#happened?.()
  }

  #record(ms: number, times: number): void {
    const ns = Math.max(1, Math.round(ms * NS_A_MS))
    for (let i = 0; i < times; i += 1) this.#histogram.record(ns)
  }

  /** Connects those from `first` on, so many at once; whoever breaks off is not tried again. */
  async #bring(first: number, atOnce: number, withinMs: number): Promise<void> {
    const { host, ports } = this.#where
    const had = this.#ready
    const wanted = this.#clients.length
    const lost = () => Object.values(this.#ends).reduce((sum, n) => sum + n, 0)
    const lostBefore = lost()
    this.#sinceMs = performance.now()
    let next = first
    const more = () => {
      const settled = this.#ready - had + lost() - lostBefore
      for (; next < wanted && next - first - settled < atOnce; next += 1) {
        const port = ports[next % ports.length] ?? 0
        this.#clients[next]?.connect({ host, port, from: `127.0.1.${1 + (next % SOURCE_ADDRESSES)}` })
      }
      return settled === wanted - first
    }
    await this.#until(more, withinMs)
  }

  /** Asked again whenever anything has happened, so that waiting costs nothing. */
  #until(holds: () => boolean, withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(late)
        this.#happened = undefined
        resolve()
      }
      const late = setTimeout(done, withinMs)
      this.#happened = () => {
        if (holds()) done()
      }
      this.#happened()
    })
  }
}
