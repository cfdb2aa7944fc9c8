/** Owns whose money the revenue of a month is: payments by who listened by them, advertising by what was heard with it. Pure. */

import { byBytes } from '../reckoning/byte-order.ts'
import { byLargestRemainder } from '../reckoning/largest-remainder.ts'
import type { Findings } from './findings.ts'
import type { PoolCurrency } from './frozen-month.ts'
import type { Rates } from './rates.ts'

/** What a payer paid for the month. */
export interface Paid {
  readonly subscription: string
  readonly account: string
  readonly territory: string
  readonly tier: string
  readonly currency: string
  readonly micros: bigint
}

export interface Heard {
  readonly account: string
  readonly territory: string
  readonly tier: string
  readonly streams: number
}

export interface Advertising extends PoolCurrency {
  readonly micros: bigint
}

/** Of an account in a pool. */
export interface AccountRevenue {
  readonly account: string
  readonly territory: string
  readonly tier: string
  readonly micros: bigint
}

export interface RevenueOfMonth {
  readonly revenue: readonly AccountRevenue[]
  /** Refunds beyond what their payers paid in the month, by currency: the platform bears them. */
  readonly borne: ReadonlyMap<string, bigint>
}

/** Nobody pays ten million units for a month, in whatever currency. */
export const MOST_MICROS = 10_000_000_000_000n
/** Who brings the money of advertisers where nobody heard anything. No account is called so: the name is empty. */
const NOBODY = ''

export interface RevenueRows {
  readonly paid: readonly Paid[]
  /** By subscription and currency. */
  readonly refunded: readonly { readonly subscription: string; readonly currency: string; readonly micros: bigint }[]
  readonly members: ReadonlyMap<string, readonly string[]>
  readonly advertising: readonly Advertising[]
  readonly heard: readonly Heard[]
  readonly currencyOf: (territory: string, tier: string) => string | undefined
}

export function revenueOf(rows: RevenueRows, rates: Rates, findings: Findings): RevenueOfMonth {
  const sums = new Map<string, AccountRevenue>()
  const add = (account: string, territory: string, tier: string, micros: bigint) => {
    const key = JSON.stringify([account, territory, tier])
    sums.set(key, { account, territory, tier, micros: (sums.get(key)?.micros ?? 0n) + micros })
  }
  const borne = new Map<string, bigint>()
  const back = new Map(rows.refunded.map((one) => [`${one.subscription} ${one.currency}`, one.micros]))
  for (const paid of rows.paid) {
    const { subscription, account, territory, tier, currency } = paid
    const pool = rows.currencyOf(territory, tier)
    if (pool === undefined) findings.add('no-currency', `nothing says the currency of ${territory}, ${tier}`)
    else if (pool !== currency)
      findings.add(
        'two-currencies',
        `account ${account} paid in ${currency} in ${territory}, ${tier}, which is in ${pool}`,
      )
    if (paid.micros > MOST_MICROS || paid.micros < 0n)
      findings.add(
        paid.micros < 0n ? 'negative-amount' : 'huge-amount',
        `account ${account} paid ${paid.micros} millionths of ${currency} for the month`,
      )
    const refund = back.get(`${subscription} ${currency}`) ?? 0n
    back.delete(`${subscription} ${currency}`)
    const net = paid.micros - refund
    if (net < 0n) borne.set(currency, (borne.get(currency) ?? 0n) - net)
    divide(net < 0n ? 0n : net, rows.members.get(subscription) ?? [account], (member, micros) =>
      add(member, territory, tier, micros),
    )
  }
  for (const [key, micros] of back) {
    const currency = key.slice(-3)
    borne.set(currency, (borne.get(currency) ?? 0n) + micros)
  }
  for (const one of inPoolCurrency(rows, rates, findings)) spread(one, rows.heard, add)
  return { revenue: [...sums.values()], borne }
}

/** In equal parts; of what is left, the first by bytes have one each. */
function divide(micros: bigint, accounts: readonly string[], add: (account: string, micros: bigint) => void): void {
  const sorted = [...new Set(accounts)].sort(byBytes)
  const parts = byLargestRemainder(
    micros,
    sorted.map(() => 1n),
  )
  for (const [index, account] of sorted.entries()) add(account, parts[index] as bigint)
}

/** Advertisers pay in currencies of their own: one sum a pool, in the pool's. */
function inPoolCurrency({ advertising, currencyOf }: RevenueRows, rates: Rates, findings: Findings): Advertising[] {
  const pools = new Map<string, Advertising>()
  for (const { territory, tier, currency, micros } of advertising) {
    const pool = currencyOf(territory, tier)
    if (pool === undefined) {
      findings.add('no-currency', `nothing says the currency of ${territory}, ${tier}`)
      continue
    }
    const rate = rates.rate(currency, pool)
    if (rate === undefined) {
      findings.add('missing-rate', `advertising of ${territory} is in ${currency}, its pool in ${pool}`)
      continue
    }
    const key = `${territory} ${tier}`
    const sum = (pools.get(key)?.micros ?? 0n) + (micros * rate.num) / rate.den
    pools.set(key, { territory, tier, currency: pool, micros: sum })
  }
  return [...pools.values()]
}

/** By streams: advertisements are heard between them. */
function spread(
  { territory, tier, micros }: Advertising,
  heard: readonly Heard[],
  add: (account: string, territory: string, tier: string, micros: bigint) => void,
): void {
  const listeners = heard.filter((one) => one.territory === territory && one.tier === tier)
  if (listeners.length === 0) {
    add(NOBODY, territory, tier, micros)
    return
  }
  const sorted = listeners.sort((a, b) => byBytes(a.account, b.account))
  const parts = byLargestRemainder(
    micros,
    sorted.map(({ streams }) => BigInt(streams)),
  )
  for (const [index, { account }] of sorted.entries()) add(account, territory, tier, parts[index] as bigint)
}
