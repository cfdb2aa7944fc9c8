/**
 * Owns VS-KNN, session neighbours: sessions that heard what this one heard, the later items the more, and what else they heard
 * (Ludewig and Jannach 2018; `VMContextKNN` of rn5l/session-rec).
 */

import { firstOf, selectFirst } from '../../../session/first-of.ts'
import type { Heard, Predictor } from './predictor.ts'
import { Tally, withoutDust } from './tally.ts'
import { BY_DISTANCE, BY_PLACE, type DecayName } from './weights.ts'

export interface VsKnnOptions {
  /** So many neighbours. */
  readonly k: number
  /** Among so many of the latest sessions that share an item; 0: among all. */
  readonly sampleSize: number
  readonly weighting: DecayName
  readonly weightingScore: DecayName
  /** Only the last so many items are compared; 0: all. */
  readonly lastNClicks: number
  /** Whether what the session has heard may be recommended again. */
  readonly remind: boolean
  /** How much rare items count more: their scores grow by so many times ln(sessions / times heard). */
  readonly idfWeighting: number
}

interface Session {
  readonly number: number
  /** Each once. */
  readonly items: number[]
  at: number
  /** Of the prediction under way: its number, how similar, and how many steps back the latest shared item is. */
  seenBy: number
  similarity: number
  step: number
}

/** The latest first; of equal ones that with the lower number. */
const byRecency = (a: Session, b: Session) => b.at - a.at || a.number - b.number
const bySimilarity = (a: Session, b: Session) => b.similarity - a.similarity || a.number - b.number

export class VsKnn implements Predictor {
  readonly #options: VsKnnOptions
  readonly #sample: number
  readonly #sessions = new Map<number, Session>()
  /** Of each item the sessions that heard it: of those the latest alone can ever be in a sample. */
  readonly #heardBy = new Map<number, Session[]>()
  readonly #times = new Tally()
  readonly #own = new Tally()
  #prediction = 0

  constructor(options: VsKnnOptions) {
    this.#options = options
    this.#sample = options.sampleSize === 0 ? Number.POSITIVE_INFINITY : options.sampleSize
  }

  learn({ session: number, item, at }: Heard): void {
    this.#times.add(item, 1)
    let session = this.#sessions.get(number)
    if (session === undefined) {
      session = { number, items: [], at, seenBy: 0, similarity: 0, step: 0 }
      this.#sessions.set(number, session)
    }
    session.at = at
    if (session.items.includes(item)) return
    session.items.push(item)
    const heardBy = this.#heardBy.get(item)
    if (heardBy === undefined) this.#heardBy.set(item, [session])
    else {
      heardBy.push(session)
      if (heardBy.length > 2 * this.#sample) selectFirst(heardBy, this.#sample, byRecency)
    }
  }

  score(revealed: readonly number[], into: Tally): void {
    const { k, lastNClicks, remind } = this.#options
    const items = lastNClicks === 0 ? revealed : revealed.slice(-lastNClicks)
    const neighbours = firstOf(this.#similar(revealed, items), k, bySimilarity)
    const leftOut = new Set(remind ? [] : items)
    const own = this.#own
    for (const { items: theirs, similarity, step } of neighbours) {
      const score = similarity * BY_DISTANCE[this.#options.weightingScore](step)
      for (const item of theirs) if (!leftOut.has(item)) own.add(item, score * this.#rarity(item))
    }
    const most = own.most() || 1
    for (const item of own.touched) into.add(item, own.of(item) / most)
    own.clear()
  }

  /** Those of the sample that share anything with `items`, with how much. */
  #similar(revealed: readonly number[], items: readonly number[]): Session[] {
    this.#prediction += 1
    const found: Session[] = []
    for (const item of new Set(revealed)) {
      for (const session of this.#heardBy.get(item) ?? []) {
        if (session.seenBy === this.#prediction) continue
        session.seenBy = this.#prediction
        session.similarity = 0
        session.step = 0
        found.push(session)
      }
    }
    const sample = selectFirst(found, this.#sample, byRecency)
    // In one order for all, so that the same items in common are the same sum.
    const places = placesOf(items)
    const weightAt = BY_PLACE[this.#options.weighting]
    for (const [item, place] of places) {
      const weight = weightAt(place, items.length) / places.size
      for (const session of this.#heardBy.get(item) ?? []) {
        session.similarity += weight
        session.step = items.length - place + 1
      }
    }
    for (const session of sample) session.similarity = withoutDust(session.similarity)
    return sample.filter(({ similarity }) => similarity > 0)
  }

  #rarity(item: number): number {
    const { idfWeighting } = this.#options
    if (idfWeighting === 0) return 1
    return 1 + idfWeighting * Math.log(this.#sessions.size / this.#times.of(item))
  }
}

/** Of each item its last place, from 1 on, the earliest place first. */
function placesOf(items: readonly number[]): ReadonlyMap<number, number> {
  const places = new Map<number, number>()
  for (const [index, item] of items.entries()) {
    places.delete(item)
    places.set(item, index + 1)
  }
  return places
}
