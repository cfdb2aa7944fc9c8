import { expect, test } from 'vitest'
import { Findings } from './findings.ts'
import { Rates } from './rates.ts'
import { type Paid, type RevenueRows, revenueOf } from './revenue.ts'

const rates = new Rates([{ base: 'EUR', quote: 'USD', num: '112', den: '100', source: 'made up', day: '2026-10-30' }])
const paid: Paid = {
  subscription: 's',
  account: 'payer',
  territory: 'DE',
  tier: 'family',
  currency: 'EUR',
  micros: 10n,
}
const rows = (change: Partial<RevenueRows>): RevenueRows => ({
  paid: [],
  members: new Map(),
  advertising: [],
  heard: [],
  currencyOf: () => 'EUR',
  ...change,
})

function told(change: Partial<RevenueRows>) {
  const findings = new Findings()
  const { revenue, borne } = revenueOf(rows(change), rates, findings)
  return {
    revenue: revenue.map(({ account, micros }) => [account, micros]),
    borne,
    found: findings.list().map(({ name }) => name),
  }
}

test('members of a plan bring equal parts, of what is left the first one each', () => {
  const members = new Map([['s', ['c', 'a', 'b']]])
  expect(told({ paid: [paid], members }).revenue).toEqual([
    ['a', 4n],
    ['b', 3n],
    ['c', 3n],
  ])
  expect(told({ paid: [paid] }).revenue).toEqual([['payer', 10n]])
})

test('what went back of earlier months is taken from what the subscription brings, wherever; beyond it it is the platform’s', () => {
  const back = (micros: bigint, more: Partial<Paid> = {}): Paid => ({
    ...paid,
    territory: 'AT',
    micros: -micros,
    ...more,
  })
  const at = { ...paid, territory: 'AT', micros: 3n }
  for (const order of [
    [paid, at, back(4n, { territory: 'CH' })],
    [paid, back(4n, { territory: 'CH' }), at],
  ]) {
    const some = told({ paid: order })
    expect(some.revenue.reduce((sum, [, micros]) => sum + (micros as bigint), 0n)).toBe(9n)
    expect(some.borne).toEqual(new Map())
  }
  const all = told({ paid: [paid, at, back(20n), back(2n, { subscription: 't' }), back(5n, { currency: 'USD' })] })
  expect(all.revenue.reduce((sum, [, micros]) => sum + (micros as bigint), 0n)).toBe(0n)
  expect(all.borne).toEqual(
    new Map([
      ['EUR', 9n],
      ['USD', 5n],
    ]),
  )
})

test('a payment in another currency than the pool’s is worth what the rate of the month says', () => {
  const eur = new Rates([
    { base: 'EUR', quote: 'BGN', num: '195583', den: '100000', source: 'fixed', day: '2026-01-01' },
  ])
  const findings = new Findings()
  const { revenue } = revenueOf(rows({ paid: [{ ...paid, currency: 'BGN', micros: 1_955_830n }] }), eur, findings)
  expect(revenue).toEqual([{ account: 'payer', territory: 'DE', tier: 'family', micros: 1_000_000n }])
  expect(findings.list()).toEqual([])
})

test('advertising is brought by who heard anything there, by streams, in the currency of the pool', () => {
  const advertising = [{ territory: 'DE', tier: 'free', currency: 'USD', micros: 1_120n }]
  const heard = [
    { account: 'b', territory: 'DE', tier: 'free', streams: 3 },
    { account: 'a', territory: 'DE', tier: 'free', streams: 1 },
    { account: 'c', territory: 'FR', tier: 'free', streams: 9 },
  ]
  expect(told({ advertising, heard }).revenue).toEqual([
    ['a', 250n],
    ['b', 750n],
  ])
  expect(told({ advertising }).revenue).toEqual([['', 1_000n]])
  expect(told({ advertising: [{ territory: 'DE', tier: 'free', currency: 'NOK', micros: 1n }] }).found).toEqual([
    'missing-rate',
  ])
})

test('amounts that nobody pays, and currencies that are not the pool’s, are found', () => {
  expect(told({ paid: [{ ...paid, micros: 10n ** 14n }] }).found).toEqual(['huge-amount'])
  expect(told({ paid: [{ ...paid, currency: 'NOK' }] }).found).toEqual(['two-currencies'])
  expect(told({ paid: [paid], currencyOf: () => undefined }).found).toEqual(['no-currency'])
})
