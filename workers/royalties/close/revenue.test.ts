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
  refunded: [],
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

test('what went back is taken off; beyond what was paid it is the platform’s', () => {
  const refunded = [{ subscription: 's', currency: 'EUR', micros: 4n }]
  expect(told({ paid: [paid], refunded }).revenue).toEqual([['payer', 6n]])
  const all = told({
    paid: [paid],
    refunded: [...refunded.map((one) => ({ ...one, micros: 15n })), { subscription: 't', currency: 'EUR', micros: 2n }],
  })
  expect(all.revenue).toEqual([['payer', 0n]])
  expect(all.borne.get('EUR')).toBe(7n)
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
  expect(told({ paid: [{ ...paid, micros: -1n }] }).found).toContain('negative-amount')
  expect(told({ paid: [{ ...paid, currency: 'USD' }] }).found).toEqual(['two-currencies'])
  expect(told({ paid: [paid], currencyOf: () => undefined }).found).toEqual(['no-currency'])
})
