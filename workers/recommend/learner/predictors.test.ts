import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAlgorithm } from '../evaluate/algorithms.ts'
import { predict } from '../evaluate/evaluate.ts'
import { inOrder, type Known, slowCoOccurrence, slowSequentialRules, slowVsKnn } from '../testing/slow.ts'
import { Blend } from './blend.ts'
import { CoOccurrence } from './co-occurrence.ts'
import { Popularity } from './popularity.ts'
import type { Predictor } from './predictor.ts'
import { SequentialRules } from './sequential-rules.ts'
import { VsKnn } from './vs-knn.ts'
import { DECAYS } from './weights.ts'

function taught<P extends Predictor>(predictor: P, sessions: readonly Known[]): P {
  for (const [session, { items, at }] of sessions.entries())
    for (const [n, item] of items.entries()) predictor.learn({ session, item, before: items.slice(0, n), at })
  return predictor
}

describe('by hand', () => {
  const sessions: Known[] = [
    { items: [1, 2, 3], at: 10 },
    { items: [2, 3, 4], at: 20 },
    { items: [1, 4, 5], at: 30 },
    { items: [6, 5], at: 40 },
  ]

  it('VS-KNN: the later an item was heard the more it counts, of the session and of its neighbours', () => {
    // Revealed 1, 2: weights 1/2 and 1, each over 2 items. First session: (1/2 + 1)/2 = 3/4, its latest shared item the last: times 1.
    // Second: 1/2 times 1. Third shares item 1 alone: 1/4, one step back: times 1/2, 1/8. Fourth: nothing.
    // 1: 3/4 + 1/8 = 7/8. 2, 3: 3/4 + 1/2 = 10/8. 4: 1/2 + 1/8 = 5/8. 5: 1/8. Over the best: 7/10, 1, 1, 1/2, 1/10.
    expect(predict(taught(createAlgorithm('vs-knn'), sessions), [1, 2], 20)).toEqual([
      { item: 2, score: 1 },
      { item: 3, score: 1 },
      { item: 1, score: 0.7 },
      { item: 4, score: 0.5 },
      { item: 5, score: 0.1 },
    ])
  })

  it('VS-KNN: of the sample the latest, of those the most similar', () => {
    const of = (...params: string[]) => predict(taught(createAlgorithm('vs-knn', params), sessions), [1, 2], 20)
    // The two latest that share anything are the second and the third; the first is not looked at.
    expect(of('sample_size=2').map(({ item }) => item)).toEqual([4, 2, 3, 1, 5])
    expect(of('k=1').map(({ item }) => item)).toEqual([1, 2, 3])
    expect(of('k=1', 'remind=false').map(({ item }) => item)).toEqual([3])
    // Compared by the last item alone, the third shares nothing.
    expect(of('last_n_clicks=1').map(({ item }) => item)).toEqual([2, 3, 1, 4])
  })

  it('SR: what followed the last item, the nearer the more', () => {
    // After 1: 2 next (1), 3 two later (1/2), 4 next (1), 5 two later (1/2).
    expect(predict(taught(createAlgorithm('sr'), sessions), [6, 1], 20)).toEqual([
      { item: 2, score: 1 },
      { item: 4, score: 1 },
      { item: 3, score: 0.5 },
      { item: 5, score: 0.5 },
    ])
    expect(predict(taught(createAlgorithm('sr', ['pruning=1']), sessions), [1], 20)).toEqual([{ item: 2, score: 1 }])
    expect(predict(taught(createAlgorithm('sr', ['steps=1']), sessions), [1], 20)).toHaveLength(2)
  })

  it('co-occurrence: what stood beside the last item, whichever came first', () => {
    // Beside 3: 2 twice, 1 once, 4 once.
    expect(predict(taught(createAlgorithm('co-occurrence'), sessions), [3], 20)).toEqual([
      { item: 2, score: 1 },
      { item: 1, score: 0.5 },
      { item: 4, score: 0.5 },
    ])
  })

  it('popularity: how often, over that and one', () => {
    const list = predict(taught(createAlgorithm('popularity'), sessions), [6], 2)
    expect(list).toEqual([
      { item: 1, score: 0.666666666667 },
      { item: 2, score: 0.666666666667 },
    ])
  })

  it('the blend: half of each', () => {
    // By hand as above, after 1, 2: SR of 2 is 3 (1 + 1) and 4 (1/2), over 2.
    expect(predict(taught(createAlgorithm('blend'), sessions), [1, 2], 20)).toEqual([
      { item: 3, score: 1 },
      { item: 2, score: 0.5 },
      { item: 4, score: 0.375 },
      { item: 1, score: 0.35 },
      { item: 5, score: 0.05 },
    ])
  })

  it.each(['vs-knn', 'sr', 'blend', 'co-occurrence'] as const)('%s of what was never heard is nothing', (name) => {
    expect(predict(taught(createAlgorithm(name), sessions), [99], 20)).toEqual([])
    expect(predict(taught(createAlgorithm(name), sessions), [], 20)).toEqual([])
  })
})

describe('as the slow way does it', () => {
  const item = fc.integer({ min: 0, max: 12 })
  const known = fc.record({ items: fc.array(item, { minLength: 1, maxLength: 8 }), at: fc.integer({ min: 0, max: 9 }) })
  const sessions = fc.array(known, { minLength: 1, maxLength: 30 })
  const revealed = fc.array(item, { minLength: 1, maxLength: 12 })
  const decay = fc.constantFrom(...DECAYS)
  const pruning = fc.constantFrom(0, 0.5, 1, 3, 20)

  it('VS-KNN, with any parameters, though it forgets sessions that are too old for any sample', () => {
    const options = fc.record({
      k: fc.integer({ min: 1, max: 12 }),
      sampleSize: fc.integer({ min: 0, max: 12 }),
      weighting: decay,
      weightingScore: decay,
      lastNClicks: fc.integer({ min: 0, max: 4 }),
      remind: fc.boolean(),
      idfWeighting: fc.constantFrom(0, 1, 5),
    })
    fc.assert(
      fc.property(sessions, revealed, options, (all, heard, chosen) => {
        const fast = predict(taught(new VsKnn(chosen), all), heard, 100)
        expect(near(fast)).toEqual(near(inOrder(slowVsKnn(all, heard, chosen))))
      }),
      { numRuns: 1_000 },
    )
  })

  it('SR and co-occurrence, with any parameters', () => {
    const options = fc.record({ steps: fc.integer({ min: 1, max: 5 }), weighting: decay, pruning })
    fc.assert(
      fc.property(sessions, revealed, options, (all, heard, chosen) => {
        const sr = predict(taught(new SequentialRules(chosen), all), heard, 100)
        expect(near(sr)).toEqual(near(inOrder(slowSequentialRules(all, heard, chosen))))
        const beside = predict(taught(new CoOccurrence(chosen), all), heard, 100)
        expect(near(beside)).toEqual(near(inOrder(slowCoOccurrence(all, heard, chosen.pruning))))
      }),
      { numRuns: 500 },
    )
  })

  it('a blend of one is that one, and popularity is in order', () => {
    fc.assert(
      fc.property(sessions, revealed, (all, heard) => {
        const alone = predict(taught(new Popularity(), all), heard, 5)
        expect(predict(taught(new Blend([{ predictor: new Popularity(), weight: 1 }]), all), heard, 5)).toEqual(alone)
        const times = (one: number) => all.flatMap(({ items }) => items).filter((other) => other === one).length
        for (const { item: one, score } of alone) expect(score).toBeCloseTo(times(one) / (times(one) + 1), 10)
      }),
    )
  })
})

/** Sums of another order: equal but for their last digits, and in order but for what those are. */
function near(list: readonly { item: number; score: number }[]) {
  return list
    .map(({ item, score }) => ({ item, score: Math.round(score * 1e8) / 1e8 }))
    .sort((a, b) => b.score - a.score || a.item - b.item)
}
