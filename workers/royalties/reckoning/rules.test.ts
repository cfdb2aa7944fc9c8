import { describe, expect, test } from 'vitest'
import { credibilityOf } from './credibility.ts'
import { ineligibilityOf } from './eligibility.ts'
import type { Month } from './month.ts'
import { MonthBook } from './month-book.ts'
import { reckon } from './reckon.ts'
import { interchangeRules, type Rules } from './rules.ts'

const SEARCH = 0
const RULE = [
  { reason: 'looped', weight: { num: 1n, den: 2n } },
  { reason: 'bot', weight: { num: 0n, den: 1n } },
  { reason: 'short-track', weight: { num: 2n, den: 3n } },
]
const [LOOPED, BOT, SHORT_TRACK] = [1, 2, 3]

test('of several flags the one that leaves least is the reason', () => {
  const place = (...flags: string[]) => credibilityOf(RULE, ({ reason }) => flags.includes(reason))
  expect(place()).toBe(0)
  expect(place('claim-exceeds-granted')).toBe(0)
  expect(place('short-track', 'looped')).toBe(LOOPED)
  expect(place('looped', 'bot', 'short-track')).toBe(BOT)
})

test('a flag that takes nothing away is told, unless another takes more', () => {
  const rule = [{ reason: 'seen', weight: { num: 1n, den: 1n } }, ...RULE]
  expect(credibilityOf(rule, ({ reason }) => reason === 'seen')).toBe(1)
  expect(credibilityOf(rule, ({ reason }) => reason === 'seen' || reason === 'short-track')).toBe(4)
})

test.each([
  [{ streams: 1_000, listeners: 50 }, undefined],
  [{ streams: 999, listeners: 50 }, 'too-few-streams'],
  [{ streams: 1_000, listeners: 49 }, 'too-few-listeners'],
  [undefined, 'too-few-streams'],
])('of a recording with %j it is said: %s', (year, ineligibility) => {
  expect(ineligibilityOf({ streams: 1_000, listeners: 50 }, year)).toBe(ineligibility)
  expect(ineligibilityOf(undefined, year)).toBeUndefined()
})

/** Streams as [listener, ISRC, place in the rule of credibility]. */
function month(revenues: Readonly<Record<string, bigint>>, streams: readonly [string, string, number][]): Month {
  const book = new MonthBook()
  for (const [listenerId, revenue] of Object.entries(revenues))
    book.addListener({ listenerId, territory: 'DE', tier: 'premium', currency: 'EUR', revenue })
  for (const isrc of ['X', 'Y']) book.addShare({ isrc, holder: 'h', share: { num: 1n, den: 1n } })
  book.setYear(book.recording('X'), { streams: 1_000, listeners: 50 })
  for (const [who, isrc, credibility] of streams)
    book.addStream(book.listener(who), book.recording(isrc), book.artist('a'), SEARCH, credibility)
  return book.month()
}
function reckoned(of: Month, rules: Rules) {
  const { pools, reduced } = reckon(of, rules)
  const [pool] = pools
  const amounts = Object.fromEntries(pool?.recordings.map(({ isrc, micros }) => [isrc, micros]) ?? [])
  return { amounts, unallocated: pool?.unallocated, reduced }
}
const rules = (given: Partial<Rules>): Rules => ({
  ...interchangeRules('pro-rata', { num: 1n, den: 1n }),
  credibility: RULE,
  ...given,
})

describe('streams that are not credible', () => {
  const streams: [string, string, number][] = [
    ['A', 'X', 0],
    ['A', 'X', LOOPED],
    ['B', 'Y', SHORT_TRACK],
    ['B', 'Y', BOT],
    ['B', 'Y', BOT],
  ]

  test.each([
    // X weighs 1 + 1/2 and Y 2/3: 9 to 4.
    ['pro-rata', { X: 90n, Y: 40n }],
    // Each listener's own money, whatever his streams weigh.
    ['user-centric', { X: 65n, Y: 65n }],
    ['artist-centric', { X: 90n, Y: 40n }],
  ] as const)('weigh less in the %s model', (model, amounts) => {
    expect(reckoned(month({ A: 65n, B: 65n }, streams), rules({ model })).amounts).toEqual(amounts)
  })

  test('are told with their reason', () => {
    const { reduced } = reckoned(month({ A: 65n, B: 65n }, streams), rules({}))
    expect(reduced).toEqual([
      { recording: 0, reason: 'looped', weight: { num: 1n, den: 2n }, streams: 1 },
      { recording: 1, reason: 'short-track', weight: { num: 2n, den: 3n }, streams: 1 },
      { recording: 1, reason: 'bot', weight: { num: 0n, den: 1n }, streams: 2 },
    ])
  })

  test('a listener of whom nothing is believed has heard nothing', () => {
    const all: [string, string, number][] = [
      ['A', 'X', 0],
      ['B', 'Y', BOT],
    ]
    const of = month({ A: 10n, B: 90n }, all)
    expect(reckoned(of, rules({ model: 'user-centric' }))).toMatchObject({ amounts: { X: 100n } })
    expect(reckoned(of, rules({ model: 'user-centric', unheard: 'set-aside' }))).toMatchObject({
      amounts: { X: 10n },
      unallocated: 90n,
    })
  })
})

test('a recording that too few heard in twelve months is not paid, and its reason is told', () => {
  const of = month({ A: 100n }, [
    ['A', 'X', 0],
    ['A', 'Y', 0],
    ['A', 'Y', LOOPED],
  ])
  const { amounts, reduced } = reckoned(of, rules({ eligibility: { streams: 1_000, listeners: 50 } }))
  expect(amounts).toEqual({ X: 100n })
  expect(reduced).toEqual([{ recording: 1, reason: 'too-few-streams', weight: { num: 0n, den: 1n }, streams: 2 }])
})

describe('money of listeners who heard nothing', () => {
  const of = month({ A: 30n, B: 30n, C: 40n, D: 1n }, [
    ['A', 'X', 0],
    ['B', 'X', 0],
    ['B', 'Y', 0],
    ['A', 'Y', 0],
    ['A', 'Y', 0],
  ])

  test.each([
    // 60 are heard: pro-rata 2 to 3. 41 of 101 are not.
    ['pro-rata', 'set-aside', { X: 24n, Y: 36n }, 41n],
    ['pro-rata', 'shared', { X: 40n, Y: 61n }, undefined],
    ['user-centric', 'set-aside', { X: 25n, Y: 35n }, 41n],
    // 25 and 2/5 of 41, 35 and 3/5 of 41.
    ['user-centric', 'shared', { X: 41n, Y: 60n }, undefined],
    ['artist-centric', 'set-aside', { X: 24n, Y: 36n }, 41n],
  ] as const)('in the %s model, %s', (model, unheard, amounts, unallocated) => {
    const found = reckoned(of, rules({ model, unheard }))
    expect(found.amounts).toEqual(amounts)
    expect(found.unallocated).toBe(unallocated)
  })

  test('all is set aside where nobody who heard anything paid', () => {
    const free = month({ A: 0n, B: 7n }, [['A', 'X', 0]])
    for (const model of ['pro-rata', 'user-centric', 'artist-centric'] as const)
      expect(reckoned(free, rules({ model, unheard: 'set-aside' }))).toMatchObject({
        amounts: { X: 0n },
        unallocated: 7n,
      })
  })
})

test('an ISRC under two contracts is paid by each what its streams earned, ties by ISRC and terms', () => {
  const book = new MonthBook()
  book.addListener({ listenerId: 'A', territory: 'DE', tier: 'premium', currency: 'EUR', revenue: 10n })
  for (const [isrc, terms] of [
    ['Y', 'C-1 v1'],
    ['X', 'C-9 v2'],
    ['X', 'C-9 v1'],
  ] as const)
    expect(book.addShare({ isrc, terms, holder: terms, share: { num: 1n, den: 1n } })).toBeUndefined()
  expect(book.recording('X')).toBe(-1)
  for (const terms of ['C-9 v1', 'C-9 v2'])
    book.addStream(book.listener('A'), book.recording('X', terms), book.artist('a'), SEARCH)
  book.addStream(book.listener('A'), book.recording('Y', 'C-1 v1'), book.artist('a'), SEARCH)
  const [pool] = reckon(book.month(), rules({})).pools
  expect(pool?.recordings.map(({ isrc, terms, micros }) => [isrc, terms, micros])).toEqual([
    ['X', 'C-9 v1', 4n],
    ['X', 'C-9 v2', 3n],
    ['Y', 'C-1 v1', 3n],
  ])
})
