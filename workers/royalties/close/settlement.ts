/** Owns what holders are paid for a month: everything into their currency, advances kept back, and what is whole of it paid out. Pure. */

import { byBytes } from '../reckoning/byte-order.ts'
import { MICROS, minorUnits } from '../reckoning/currency.ts'
import { byLargestRemainder } from '../reckoning/largest-remainder.ts'
import { payOut } from '../reckoning/pay-out.ts'
import { ONE, type Rational } from '../reckoning/rational.ts'
import { recoup } from '../reckoning/recoup.ts'
import type { Findings } from './findings.ts'
import type { Advance, FrozenMonth, Holder } from './frozen-month.ts'
import { grouped } from './grouped.ts'
import { Rates } from './rates.ts'
import type { ReckonedLine, ReckonedRun } from './reckon-month.ts'

/** A line, where it stands, and what it is worth to its holder. */
export interface SettledLine {
  /** Which run, and which line of it, from 1 on. */
  readonly run: number
  readonly number: number
  readonly line: ReckonedLine
  /** In the holder's currency. */
  readonly paidMicros: bigint
  /** In its smallest units; the lines of a holder add to what is whole of them. */
  readonly minor: bigint
}

export interface Exchanged {
  readonly currency: string
  readonly micros: bigint
  readonly rate: Rational
  /** Below zero, like `micros`: a debt that the month did not cover. It stays in its currency, and is not exchanged. */
  readonly paidMicros: bigint
  /** What of it was carried from earlier months; below zero where a share was taken back after it was paid out. */
  readonly carriedMicros: bigint
}

export interface Recoupment {
  readonly advance: Advance
  /** In the currency of the advance. */
  readonly micros: bigint
  /** In the holder's. */
  readonly paidMicros: bigint
}

export interface Settlement {
  readonly holder: Holder
  readonly lines: readonly SettledLine[]
  /** Of each currency that is not the holder's. */
  readonly exchanged: readonly Exchanged[]
  /** Carried from before in the holder's own currency; below zero, like of the others. */
  readonly carriedMicros: bigint
  readonly recouped: readonly Recoupment[]
  /** Open advances after the month, in their currencies. */
  readonly openAdvances: readonly { readonly currency: string; readonly micros: bigint }[]
  /** What is paid out now, in smallest units. */
  readonly payoutMinor: bigint
  /** What is owed still: less than a smallest unit, or all of it to a holder who gave no tax reference. Below zero: what he owes. */
  readonly leftMicros: bigint
}

/** Every holder with a line, or with money from before. */
export function settle(frozen: FrozenMonth, runs: readonly ReckonedRun[], findings: Findings): Settlement[] {
  const rates = new Rates(frozen.rate)
  const lines = runs.flatMap(({ lines }, run) => lines.map((line, index) => ({ run, number: index + 1, line })))
  const byHolder = grouped(lines, ({ line }) => line.holderId ?? '')
  const carried = grouped(frozen.carried, ({ holder }) => holder)
  return [...frozen.holder]
    .filter(({ id }) => byHolder.has(id) || carried.has(id))
    .sort((a, b) => byBytes(a.id, b.id))
    .map((holder) => settleHolder(frozen, holder, byHolder.get(holder.id) ?? [], rates, findings))
}

type NumberedLine = Omit<SettledLine, 'paidMicros' | 'minor'>
type PaidLine = Omit<SettledLine, 'minor'>

function settleHolder(
  frozen: FrozenMonth,
  holder: Holder,
  lines: readonly NumberedLine[],
  rates: Rates,
  findings: Findings,
): Settlement {
  const { currency } = holder
  const carried = new Map(
    frozen.carried.filter((one) => one.holder === holder.id).map((one) => [one.currency, BigInt(one.micros)]),
  )
  const exchanged: Exchanged[] = []
  const paid: PaidLine[] = []
  const byCurrency = grouped(lines, ({ line }) => line.currency)
  for (const foreign of [...new Set([...byCurrency.keys(), ...carried.keys()])].sort()) {
    const group = byCurrency.get(foreign) ?? []
    const before = foreign === currency ? 0n : (carried.get(foreign) ?? 0n)
    const amounts = group.map(({ line }) => line.amountMicros)
    const micros = amounts.reduce((sum, one) => sum + one, before)
    const isMoney = micros !== 0n || before !== 0n
    const rate = rates.rate(foreign, currency)
    if (rate === undefined) {
      if (isMoney) findings.add('missing-rate', `${foreign} to ${currency}, in which ${holder.name} is paid`)
      continue
    }
    const worth = worthOf(micros, rate)
    const parts = partsOf(worth, amounts, before, rate)
    for (const [index, one] of group.entries()) paid.push({ ...one, paidMicros: parts[index] as bigint })
    if (foreign !== currency && isMoney)
      exchanged.push({
        currency: foreign,
        micros,
        rate,
        paidMicros: worth,
        carriedMicros: parts[group.length] as bigint,
      })
  }
  const carriedMicros = carried.get(currency) ?? 0n
  const earned = paid.reduce((sum, one) => sum + one.paidMicros, 0n)
  const fromBefore = carriedMicros + exchanged.reduce((sum, one) => sum + one.carriedMicros, 0n)
  // Of what pays a debt nothing can be kept back for an advance.
  const most = fromBefore < 0n ? atLeastZero(earned + fromBefore) : earned
  const { recouped, openAdvances } = recoupAll(frozen, holder, { lines: paid, most }, rates, findings)
  const owed = earned + fromBefore - recouped.reduce((sum, one) => sum + one.paidMicros, 0n)
  const unit = MICROS / minorUnits(currency)
  const payoutMinor = holder.isTaxed ? atLeastZero(owed) / unit : 0n
  return {
    holder,
    lines: inMinor(paid, currency),
    exchanged,
    carriedMicros,
    recouped,
    openAdvances,
    payoutMinor,
    leftMicros: owed - payoutMinor * unit,
  }
}

const atLeastZero = (micros: bigint): bigint => (micros < 0n ? 0n : micros)

/** Rounded down, of a debt too: nobody is paid for what is less than a micro-unit. */
function worthOf(micros: bigint, { num, den }: Rational): bigint {
  const product = micros * num
  return product < 0n ? -((-product + den - 1n) / den) : product / den
}

/** What lines and, at the end, what was carried are of the worth. Lines are worth what they would be without a debt; that takes away the rest. */
function partsOf(worth: bigint, amounts: readonly bigint[], before: bigint, rate: Rational): readonly bigint[] {
  if (before >= 0n) return byLargestRemainder(worth, [...amounts, before])
  const earned = worthOf(
    amounts.reduce((sum, one) => sum + one, 0n),
    rate,
  )
  return [...byLargestRemainder(earned, amounts), worth - earned]
}

/** From what the contract of the advance earned the holder this month, the oldest first. */
function recoupAll(
  { advance }: FrozenMonth,
  holder: Holder,
  { lines, most }: { readonly lines: readonly PaidLine[]; readonly most: bigint },
  rates: Rates,
  findings: Findings,
) {
  let free = most
  const recouped: Recoupment[] = []
  const left: { currency: string; micros: bigint }[] = []
  const mine = advance.filter((one) => one.holder === holder.id && one.isRecoupable)
  const sorted = mine.sort((a, b) => byBytes(a.paidOn, b.paidOn) || byBytes(a.id, b.id))
  for (const [contract, advances] of grouped(sorted, (one) => one.contract)) {
    let earned = lines.reduce((sum, one) => (one.line.contractId === contract ? sum + one.paidMicros : sum), 0n)
    for (const one of advances) {
      const rate = rates.rate(one.currency, holder.currency)
      if (rate === undefined) {
        findings.add('missing-rate', `${one.currency} to ${holder.currency}, for an advance to ${holder.name}`)
        continue
      }
      const open = BigInt(one.open)
      // What is kept back is never worth more than what was earned.
      let kept = earned
      if (kept > free) kept = free
      const inCurrency = (kept * rate.den) / rate.num
      const micros = recoup(inCurrency, [{ advanceId: one.id, open }]).recouped[0]?.micros ?? 0n
      const paidMicros = (micros * rate.num + rate.den - 1n) / rate.den
      earned -= paidMicros
      free -= paidMicros
      if (micros > 0n) recouped.push({ advance: one, micros, paidMicros })
      if (open > micros) left.push({ currency: one.currency, micros: open - micros })
    }
  }
  return { recouped, openAdvances: left }
}

/** By largest remainder: the lines of a statement add to what is whole of their sum. */
function inMinor(lines: readonly PaidLine[], currency: string): SettledLine[] {
  const keyed = lines
    .toSorted((a, b) => a.run - b.run || a.number - b.number)
    .map((one, index) => ({ ...one, key: String(index).padStart(10, '0') }))
  const { payments } = payOut(
    keyed.map(({ key, paidMicros }) => ({ holder: key, micros: paidMicros })),
    currency,
    ONE,
  )
  return keyed.map(({ key: _, ...one }, index) => ({ ...one, minor: payments[index]?.minor ?? 0n }))
}
