/** Owns what is known of all streams from outside of the core, from the request that begins each to who can still end it. */

import type { Grant } from '../../protocol/messages/grant.ts'
import type { Playhead } from './playhead.ts'
import type { SimClient } from './sim-client.ts'
import { StreamFacts } from './stream-facts.ts'
import type { World } from './world.ts'

/** How a stream began, as the gateway said it. */
export interface Began {
  readonly streamId: string
  readonly gatewayId: string
  /** When the request that began it was heard; undefined: another device asked for it. */
  readonly atMs?: number | undefined
  /** It goes on from a lost one. */
  readonly reconnected?: boolean
}

export class StreamWatch {
  readonly #world: World
  readonly streams = new Map<string, StreamFacts>()
  readonly #began = new Map<string, Began>()
  readonly #reconnected = new Set<string>()
  /** Streams that a save has held: Redis knows how they end. */
  readonly #saved = new Set<string>()
  readonly #deadGateways = new Set<string>()
  /** Granted before the client knows of the stream: kept until it does. */
  readonly #grantedEarly = new Map<string, number[]>()

  constructor(world: World) {
    this.#world = world
  }

  began(began: Began): void {
    const before = this.#began.get(began.streamId)
    this.#began.set(began.streamId, { ...began, atMs: began.atMs ?? before?.atMs })
    if (began.reconnected) this.#reconnected.add(began.streamId)
  }

  granted({ stream_id, chunks }: Grant): void {
    const stream = this.streams.get(stream_id)
    const early = stream === undefined ? (this.#grantedEarly.get(stream_id) ?? []) : undefined
    for (const { index } of chunks) {
      stream?.granted(index)
      early?.push(index)
    }
    if (early !== undefined) this.#grantedEarly.set(stream_id, early)
  }

  saved(streamId: string): void {
    this.#saved.add(streamId)
  }

  died(gatewayId: string): void {
    this.#deadGateways.add(gatewayId)
  }

  /** Begun while Redis was away, and its gateway died before that was over: nobody is left who knows of it. */
  diedUnsaved(streamId: string): boolean {
    return !this.#saved.has(streamId) && this.#deadGateways.has(this.#began.get(streamId)?.gatewayId ?? '')
  }

  /** The stream that a client was told of. */
  of(client: SimClient, { streamId, track }: Playhead): StreamFacts {
    const known = this.streams.get(streamId)
    if (known !== undefined) return known
    const begunAtMs = this.#began.get(streamId)?.atMs ?? this.#world.nowMs
    const { sessionId, name, isHonest } = client
    const facts = new StreamFacts(streamId, sessionId, name, isHonest, track.chunk_ms, begunAtMs)
    for (const chunk of this.#grantedEarly.get(streamId) ?? []) facts.granted(chunk)
    this.#grantedEarly.delete(streamId)
    facts.reconnected = this.#reconnected.has(streamId)
    this.streams.set(streamId, facts)
    return facts
  }

  /** What is known of it is not all that happened. */
  mark(streamId: string, what: 'undone' | 'disturbed' | 'brokenOff'): void {
    const stream = this.streams.get(streamId)
    if (stream !== undefined) stream[what] = true
  }
}
