/** Owns one listener in k6: the player SDK over a socket of k6, a playhead over what is granted, and what is measured of both. */

import exec from 'k6/execution'
import http from 'k6/http'
import { type Client, connect } from '../../../protocol/client/index.ts'
import { HeadlessPlayer } from '../../headless-player.ts'
import type { RoleName } from '../scenarios.ts'
import { type Line, newLine } from './line.ts'
import { meters } from './meters.ts'

export interface ListenerWish {
  readonly role: RoleName
  readonly number: number
  readonly token: string
  /** Where to connect to, by the attempt: 0, 1, 2 … */
  readonly url: (attempt: number) => string
  readonly tracks: readonly string[]
  readonly fetchAudio: boolean
}

/** The interpreter of k6 pays for each tick of each playhead. */
const TICK_MS = 250
/** Between 8 and 12 s in hand, at chunks of 4 s. */
const HOLD_CHUNKS = 3
const LOOK_EVERY_MS = 1_000

export class Listener {
  readonly client: Client
  readonly player: HeadlessPlayer
  readonly #line: Line
  readonly #wish: ListenerWish
  readonly #tags: Record<string, string>
  readonly #openedMs = Date.now()
  readonly #looking: ReturnType<typeof setInterval>
  #attempts = 0
  #url = ''
  #readyTimes = 0
  #lostAtMs: number | undefined
  #urlBefore = ''
  #stallsSeen = 0

  constructor(wish: ListenerWish) {
    this.#wish = wish
    this.#tags = { role: wish.role }
    this.#line = newLine({ tags: this.#tags })
    this.client = connect({
      url: () => this.#nextUrl(),
      token: async () => wish.token,
      device: { id: `k6-${wish.role}-${wish.number}`, name: 'k6', kind: 'desktop' },
      position: () => this.player?.position(),
      webSocket: this.#line.webSocket,
    })
    this.player = new HeadlessPlayer({
      client: this.client,
      goesOn: true,
      tickMs: TICK_MS,
      holdChunks: HOLD_CHUNKS,
      fetchAudio: wish.fetchAudio ? fetchByK6 : asIfFetched,
    })
    this.#measure()
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS)
  }

  get wasHeard(): boolean {
    return this.player.heardMs.size > 0
  }

  async plays(): Promise<void> {
    const { tracks, number } = this.#wish
    const track = tracks[number % tracks.length]
    if (track === undefined) exec.test.abort('the catalog has no track that may be played')
    else await this.player.play(track)
  }

  breaks(): void {
    this.#line.breaks()
  }

  /** Is counted, and goes. */
  leaves(): void {
    clearInterval(this.#looking)
    if (this.wasHeard) meters.listeners.add(1, this.#tags)
    this.#look()
    const standsMs = this.player.standsMs
    if (standsMs > 0) this.#count(standsMs)
    if (this.client.pendingEvents > 0) meters.eventsUnacked.add(this.client.pendingEvents, this.#tags)
    this.player.stop()
    this.client.close()
  }

  #nextUrl(): string {
    this.#url = this.#wish.url(this.#attempts)
    this.#attempts += 1
    return this.#url
  }

  #measure(): void {
    const tags = this.#tags
    const { client } = this
    client.on('ready', () => {
      this.#readyTimes += 1
      if (this.#readyTimes === 1) meters.signIn.add(Date.now() - this.#openedMs, tags)
      else meters.sessionsLost.add(1, tags)
      this.#lostAtMs = undefined
    })
    client.on('resumed', ({ recovered }) => {
      if (this.#lostAtMs !== undefined)
        meters.return.add(Date.now() - this.#lostAtMs, { ...tags, recovered: String(recovered) })
      if (!recovered) meters.notRecovered.add(1, tags)
      if (this.#url !== this.#urlBefore) meters.moved.add(1, tags)
      this.#lostAtMs = undefined
    })
    client.on('state', ({ state, reason = 'none' }) => {
      if (state === 'failed') meters.failed.add(1, { ...tags, reason })
      if (state !== 'disconnected' && state !== 'suspended') return
      meters.disconnects.add(1, { ...tags, reason })
      if (this.#lostAtMs !== undefined || this.#readyTimes === 0) return
      this.#lostAtMs = Date.now()
      this.#urlBefore = this.#url
    })
    client.on('rtt', (ms) => meters.rtt.add(ms, tags))
    client.on('grant', ({ chunks }) => meters.grants.add(chunks.length, tags))
    client.on('error', ({ name }) => meters.refusals.add(1, { ...tags, error: name }))
    client.on('dropped', ({ events }) => meters.eventsDropped.add(events.length, tags))
    client.on('acked', ({ events }) => {
      meters.eventsAcked.add(events.length, tags)
      const nowMs = client.serverNowMs()
      for (const { at_ms, kind, startup_ms } of events) {
        meters.ack.add(Math.max(0, nowMs - at_ms), tags)
        if (kind === 'started' && startup_ms !== undefined) meters.startup.add(startup_ms, tags)
      }
    })
  }

  #look(): void {
    const { player } = this
    if (player.moving && this.wasHeard) meters.heard.add(player.standsMs === 0, this.#tags)
    for (const { stallMs } of player.stalls.slice(this.#stallsSeen)) this.#count(stallMs)
    this.#stallsSeen = player.stalls.length
  }

  #count(stallMs: number): void {
    meters.gaps.add(1, this.#tags)
    meters.gapMs.add(stallMs, this.#tags)
  }
}

/** The address is what is measured here; the audio behind it is the store's. */
async function asIfFetched(): Promise<ArrayBuffer> {
  return new ArrayBuffer(0)
}

async function fetchByK6(url: string): Promise<ArrayBuffer> {
  // Without its query: each signature would be a series of its own.
  const answer = await http.asyncRequest('GET', url, null, { responseType: 'binary', tags: { name: 'chunk' } })
  if (answer.status !== 200) throw new Error(String(answer.status))
  return answer.body as ArrayBuffer
}
