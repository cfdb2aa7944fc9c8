/** What gateways serve, lists of single tracks that are blended with the session, beside the ways it comes from: by the same protocol, on the same sessions. */

import { expect, it } from 'vitest'
import { blend, type HeardTrack } from '../../../session/blend.ts'
import { type AlgorithmName, createAlgorithm } from '../evaluate/algorithms.ts'
import { predict } from '../evaluate/evaluate.ts'
import { Judge } from '../evaluate/measures.ts'
import type { Scored } from '../learner/tally.ts'
import { makeSessions, SMALL } from '../testing/made-sessions.ts'
import { distil } from './distil.ts'
import { MEMORY_LIMITS, Memory } from './memory.ts'

const { train, test } = makeSessions(1, { ...SMALL, sessions: 3_000 })
const idOf = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`
const numberOf = (id: string) => Number(id.slice(-12))

function measured(predicted: (revealed: readonly number[]) => readonly Scored[]) {
  const judge = new Judge([1])
  for (const { items } of test)
    for (let n = 1; n < items.length; n += 1) judge.add(predicted(items.slice(0, n)), items[n] as number)
  return judge.measures()
}

function published(name: AlgorithmName) {
  const predictor = createAlgorithm(name)
  for (const { id: session, items, startsAt: at } of train)
    for (const [n, item] of items.entries()) predictor.learn({ session, item, before: items.slice(0, n), at })
  return measured((revealed) => predict(predictor, revealed, 20))
}

function served() {
  const memory = new Memory({ ...MEMORY_LIMITS, sessionsOfPartition: 10_000 })
  for (const { id, items, startsAt: at } of train)
    memory.put(0, { id: idOf(id), country: 'DE', at, isSkip: [], streams: [] }, items.map(idOf))
  const lists = new Map<string, HeardTrack['list']>()
  for (const track of [...memory.all()])
    lists.set(
      track.id,
      distil(memory, track, () => true),
    )
  return measured((revealed) => {
    const heard = [...revealed].reverse().map(idOf)
    return [...blend(heard.map((track_id) => ({ track_id, list: lists.get(track_id) })))]
      .map(([id, { score }]) => ({ item: numberOf(id), score }))
      .sort((a, b) => b.score - a.score || a.item - b.item)
      .slice(0, 20)
  })
}

it('the served blend finds as much as VS-KNN, and puts it first as SR does', () => {
  const found = served()
  expect(found.predictions).toBeGreaterThan(2_000)
  expect(found.hitRate).toBeGreaterThan(published('vs-knn').hitRate)
  expect(found.mrr).toBeGreaterThan(published('sr').mrr * 0.98)
})
