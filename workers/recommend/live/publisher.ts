/** Owns bringing lists that changed to the gateways, so many at a time, and a new edition whole before anybody reads it. */

import { setImmediate as breathe } from 'node:timers/promises'
import type { NeighbourStore } from '../../../infra/redis/neighbour-store.ts'
import type { Neighbours } from '../../../protocol/events/neighbours.ts'
import { distil, distilPopular } from './distil.ts'
import type { KnownTrack, Memory } from './memory.ts'

/** Made in one go: other work of the process waits so long. */
const AT_ONCE = 100

export interface PublisherParts {
  readonly memory: Memory
  readonly store: Pick<NeighbourStore, 'edition' | 'write' | 'writePopular' | 'publish'>
  readonly edition: number
  /** Whether readers are told of the edition already. */
  readonly isPublished: boolean
  readonly mostLists: number
}

export class Publisher {
  readonly #parts: PublisherParts
  /** Tracks that may be suggested; undefined until it is known. */
  #there: ReadonlySet<string> | undefined
  #isPublished: boolean

  constructor(parts: PublisherParts) {
    this.#parts = parts
    this.#isPublished = parts.isPublished
  }

  get edition(): number {
    return this.#parts.edition
  }

  /** The catalog is this now. Lists with a track that came or went are made anew, and those of the track. */
  setCatalog(there: ReadonlySet<string>): void {
    const { memory } = this.#parts
    const before = this.#there ?? new Set()
    this.#there = there
    const changed = [...before].filter((id) => !there.has(id)).concat([...there].filter((id) => !before.has(id)))
    for (const id of changed) {
      const track = memory.track(id)
      if (track === undefined) continue
      for (const session of memory.heardBy(track)) {
        for (const other of session.tracks) memory.dirty.add(other)
        memory.dirtyCountries.add(session.country)
      }
      memory.dirtyCountries.add('')
    }
  }

  /** @param isCaughtUp whether all that Kafka has is known: a new edition is not shown before. @returns how many lists were written */
  async publish(isCaughtUp: boolean): Promise<number> {
    const there = this.#there
    if (there === undefined) return 0
    const { memory, store, edition, mostLists } = this.#parts
    if (this.#isPublished && (await store.edition()) !== edition) this.#beginAnew()
    const isThere = (id: string) => there.has(id)
    const due: KnownTrack[] = []
    for (const track of memory.dirty) {
      if (due.length === mostLists) break
      due.push(track)
    }
    for (let from = 0; from < due.length; from += AT_ONCE) {
      const part = due.slice(from, from + AT_ONCE)
      // What changes again from here on is due again.
      for (const track of part) memory.dirty.delete(track)
      const lists = new Map<string, Neighbours | undefined>()
      for (const track of part) lists.set(track.id, distil(memory, track, isThere))
      try {
        await store.write(edition, lists)
      } catch (error) {
        for (const track of part) memory.dirty.add(track)
        throw error
      }
      await breathe()
    }
    if (!this.#isPublished && isCaughtUp && memory.dirty.size === 0) {
      await this.publishPopular()
      await store.publish(edition)
      this.#isPublished = true
    }
    return due.length
  }

  /** Redis has lost it, whole or in part: it is written again. */
  #beginAnew(): void {
    const { memory } = this.#parts
    this.#isPublished = false
    for (const track of memory.all()) memory.dirty.add(track)
    for (const country of memory.countries()) memory.dirtyCountries.add(country)
  }

  async publishPopular(): Promise<void> {
    const there = this.#there
    if (there === undefined) return
    const isThere = (id: string) => there.has(id)
    const { memory, store, edition } = this.#parts
    const countries = [...memory.dirtyCountries]
    if (countries.length === 0) return
    memory.dirtyCountries.clear()
    const popular = new Map(countries.map((country) => [country, distilPopular(memory, country, isThere)]))
    try {
      await store.writePopular(edition, popular)
    } catch (error) {
      for (const country of countries) memory.dirtyCountries.add(country)
      throw error
    }
  }
}
