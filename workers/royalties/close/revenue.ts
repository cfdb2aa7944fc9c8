/** Owns whose money the revenue of a month is: payments by who listened by them, advertising by what was heard with it. Pure. */

import { byBytes } from '../reckoning/byte-order.ts'
import { byLargestRemainder } from '../reckoning/largest-remainder.ts'
import type { Findings } from './findings.ts'
import type { PoolCurrency } from './frozen-month.ts'
import { grouped } from './grouped.ts'
import type { Rates } from './rates.ts'

/** What of a payer's payments is the month's. Below zero where more went back of what closed months had than the month brings. */
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
  readonly borne: Map<string, bigint>
}

/** Nobody pays ten million units for a month, in whatever currency. */
export const MOST_MICROS = 10_000_000_000_000n
/** Who brings the money of advertisers where nobody heard anything. No account is called so: the name is empty. */
const NOBODY = ''

export interface RevenueRows {
  readonly paid: readonly Paid[]
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
  for (const group of grouped(rows.paid, ({ subscription, currency }) => `${subscription} ${currency}`).values()) {
    for (const [index, micros] of withoutDebts(group, borne).entries()) {
      const { subscription, account, territory, tier, currency } = group[index] as Paid
      if (micros > MOST_MICROS)
        findings.add('huge-amount', `account ${account} paid ${micros} millionths of ${currency} for the month`)
      const pool = rows.currencyOf(territory, tier)
      const rate = pool === undefined ? undefined : rates.rate(currency, pool)
      if (pool === undefined) findings.add('no-currency', `nothing says the currency of ${territory}, ${tier}`)
      else if (rate === undefined)
        findings.add(
          'two-currencies',
          `account ${account} paid in ${currency} in ${territory}, ${tier}, which is in ${pool}`,
        )
      else
        divide((micros * rate.num) / rate.den, rows.members.get(subscription) ?? [account], (member, part) =>
          add(member, territory, tier, part),
        )
    }
  }
  for (const one of inPoolCurrency(rows, rates, findings)) spread(one, rows.heard, add)
  return { revenue: [...sums.values()], borne }
}

/** Of one subscription, in one currency: what is below zero is taken from what is above, in the order that they are told in; the rest the platform bears. */
function withoutDebts(group: readonly Paid[], borne: Map<string, bigint>): bigint[] {
  let debt = group.reduce((sum, { micros }) => (micros < 0n ? sum - micros : sum), 0n)
  const kept = group.map(({ micros }) => {
    if (micros <= 0n) return 0n
    const left = debt < micros ? micros - debt : 0n
    debt -= micros - left
    return left
  })
  const currency = group[0]?.currency ?? ''
  if (debt > 0n) borne.set(currency, (borne.get(currency) ?? 0n) + debt)
  return kept
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
