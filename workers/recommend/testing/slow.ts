/** Owns the same predictions made the slow way: straight from the definitions, over all sessions each time, with nothing kept. */

import type { SequentialRulesOptions } from '../learner/sequential-rules.ts'
import type { VsKnnOptions } from '../learner/vs-knn.ts'
import type { DecayName } from '../learner/weights.ts'

/** A session that was learned: its items as they were heard, and when it was heard last. */
export interface Known {
  readonly items: readonly number[]
  readonly at: number
}
type Scores = Map<number, number>

const round = (value: number) => Math.round(value * 1e12) / 1e12
const DISTANCE: Record<DecayName, (i: number) => number> = {
  same: () => 1,
  div: (i) => 1 / i,
  linear: (i) => (i > 100 ? 0 : 1 - i / 10),
  log: (i) => 1 / Math.log10(i + 1.7),
  quadratic: (i) => i ** -2,
}
const PLACE: Record<DecayName, (i: number, length: number) => number> = {
  same: () => 1,
  div: (i, length) => i / length,
  linear: (i, length) => (i > 10 ? 0 : 1 - (length - i) / 10),
  log: (i, length) => 1 / Math.log10(length - i + 1.7),
  quadratic: (i, length) => (i / length) * (i / length),
}

export function slowVsKnn(sessions: readonly Known[], revealed: readonly number[], options: VsKnnOptions): Scores {
  const { k, sampleSize, weighting, weightingScore, lastNClicks, remind, idfWeighting } = options
  const current = lastNClicks > 0 ? revealed.slice(-lastNClicks) : [...revealed]
  const sample = sessions
    .map((session, number) => ({ ...session, number }))
    .filter(({ items }) => items.some((item) => revealed.includes(item)))
    .sort((a, b) => b.at - a.at || a.number - b.number)
    .slice(0, sampleSize || undefined)
  const different = new Set(current).size
  const neighbours = sample
    .map((session) => {
      let similarity = 0
      for (const [index, item] of current.entries())
        if (current.lastIndexOf(item) === index && session.items.includes(item))
          similarity += PLACE[weighting](index + 1, current.length)
      return { ...session, similarity: round(similarity / different) }
    })
    .filter(({ similarity }) => similarity > 0)
    .sort((a, b) => b.similarity - a.similarity || a.number - b.number)
    .slice(0, k)
  const scores: Scores = new Map()
  for (const { items, similarity } of neighbours) {
    const step = [...current].reverse().findIndex((item) => items.includes(item)) + 1
    for (const item of new Set(items)) {
      if (!remind && current.includes(item)) continue
      const times = sessions.flatMap((session) => session.items).filter((one) => one === item).length
      const rarity = 1 + idfWeighting * (idfWeighting === 0 ? 0 : Math.log(sessions.length / times))
      const score = similarity * DISTANCE[weightingScore](step) * rarity
      scores.set(item, (scores.get(item) ?? 0) + score)
    }
  }
  return scaled(scores)
}

export function slowSequentialRules(
  sessions: readonly Known[],
  revealed: readonly number[],
  { steps, weighting, pruning }: SequentialRulesOptions,
): Scores {
  const last = revealed.at(-1)
  const scores: Scores = new Map()
  for (const { items } of sessions)
    for (const [to, item] of items.entries())
      for (const [from, earlier] of items.entries())
        if (earlier === last && from < to && to - from <= steps)
          scores.set(item, (scores.get(item) ?? 0) + DISTANCE[weighting](to - from))
  return pruned(scaled(scores), pruning)
}

export function slowCoOccurrence(sessions: readonly Known[], revealed: readonly number[], pruning: number): Scores {
  const last = revealed.at(-1)
  const scores: Scores = new Map()
  for (const { items } of sessions)
    for (const [here, item] of items.entries())
      for (const [there, other] of items.entries())
        if (item === last && here !== there) scores.set(other, (scores.get(other) ?? 0) + 1)
  return pruned(scaled(scores), pruning)
}

export function inOrder(scores: Scores): { item: number; score: number }[] {
  return [...scores]
    .map(([item, score]) => ({ item, score: round(score) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.item - b.item)
}

function scaled(scores: Scores): Scores {
  const most = Math.max(0, ...scores.values()) || 1
  return new Map([...scores].map(([item, score]) => [item, score / most]))
}

function pruned(scores: Scores, pruning: number): Scores {
  const kept = pruning >= 1 ? pruning : scores.size - Math.floor(scores.size * pruning)
  return new Map(
    inOrder(scores)
      .slice(0, kept)
      .map(({ item, score }) => [item, score]),
  )
}
