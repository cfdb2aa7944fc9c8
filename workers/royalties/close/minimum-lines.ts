/** Owns the lines by which a contract is paid its minimum, where its shares of the pools come to less. Pure. */

import type { RoyaltyModel } from '../../../infra/postgres/ledger/run.ts'
import { byBytes } from '../reckoning/byte-order.ts'
import { byLargestRemainder } from '../reckoning/largest-remainder.ts'
import { type MinimumTerms, topUpsOf, type VersionMonth } from '../reckoning/minimum.ts'
import { inProportion, type Rational, sumOf } from '../reckoning/rational.ts'
import type { Desk } from './contract-desk.ts'
import type { Findings } from './findings.ts'
import type { Contract, FrozenMonth } from './frozen-month.ts'
import { grouped } from './grouped.ts'
import { monthSpan } from './month-span.ts'
import { Rates } from './rates.ts'
import type { ReckonedLine } from './reckon-month.ts'

const DAY_MS = 86_400_000
/** Of a minimum without any stream: ISO 3166 leaves ZZ to users, and says that it is no country. */
const NOWHERE = { territory: 'ZZ', tier: 'none' } as const

interface Place {
  readonly isrc: string
  readonly territory: string
  readonly tier: string
  readonly streams: number
}

interface MinimumLine {
  readonly model: RoyaltyModel
  readonly line: ReckonedLine
}

export function* minimumLines(
  frozen: FrozenMonth,
  shares: readonly ReckonedLine[],
  desk: Desk,
  findings: Findings,
): Generator<MinimumLine> {
  const rates = new Rates(frozen.rate)
  const byVersion = grouped(shares, (line) => `${line.contractId} ${line.contractVersion}`)
  for (const versions of contractsIn(frozen)) {
    const heard = versions.map(({ contract, version }) => byVersion.get(`${contract} ${version}`) ?? [])
    const months = versions.map(
      (contract, index): VersionMonth => ({
        terms: minimumsOf(contract),
        valid: partOfMonth(contract, frozen.month),
        earned: earnedIn(contract, heard[index] ?? [], rates, findings),
        streams: BigInt(placesOf(heard[index] ?? []).reduce((sum, { streams }) => sum + streams, 0)),
        ...(contract.minimumPerSubscriber === '0' ? NOBODY : heardWhere(contract, frozen, shares)),
      }),
    )
    for (const [index, topUp] of topUpsOf(months).entries()) {
      const contract = versions[index] as Contract
      if (topUp === 0n) continue
      const kind = desk.kindOf(contract)
      if (kind === undefined) {
        const what = `no terms say how ${contract.rights}s are reckoned, and contract ${contract.number} is paid a minimum`
        findings.add('no-terms', what)
        continue
      }
      const places = placesOf(heard[index] ?? [])
      const at = places.length > 0 ? places : anyTrack(contract, frozen)
      if (at.length === 0) {
        findings.add('minimum-without-track', `contract ${contract.number} is paid a minimum, and is about no track`)
        continue
      }
      for (const line of spread(topUp, contract, at)) yield { model: kind.rules.model, line }
    }
  }
}

/** Of each contract the versions that have a minimum in one currency: what was agreed in two is not one amount. */
function contractsIn({ contract: all }: FrozenMonth): Iterable<Contract[]> {
  const sorted = all
    .filter((one) => Object.values(minimumsOf(one)).some((minimum) => minimum > 0n))
    .sort((a, b) => byBytes(a.contract, b.contract) || a.version - b.version)
  return grouped(sorted, ({ contract, currency }) => `${contract} ${currency}`).values()
}

const minimumsOf = (contract: Contract): MinimumTerms => ({
  perStream: BigInt(contract.minimumPerStream),
  perSubscriber: BigInt(contract.minimumPerSubscriber),
  perMonth: BigInt(contract.minimumPerMonth),
})

/** By the days on which the version is valid. */
function partOfMonth({ from, until }: Contract, month: string): Rational {
  const { startMs, endMs } = monthSpan(month)
  const start = Math.max(startMs, Date.parse(from))
  const end = Math.min(endMs, until === undefined ? endMs : Date.parse(until))
  return { num: BigInt(Math.max(end - start, 0) / DAY_MS), den: BigInt((endMs - startMs) / DAY_MS) }
}

/** In the currency of the contract. */
function earnedIn(contract: Contract, lines: readonly ReckonedLine[], rates: Rates, findings: Findings): Rational {
  const earned: Rational[] = []
  for (const [currency, group] of grouped(lines, (line) => line.currency)) {
    const rate = rates.rate(currency, contract.currency)
    if (rate === undefined) {
      findings.add(
        'missing-rate',
        `${currency} to ${contract.currency}, for the minimum of contract ${contract.number}`,
      )
      continue
    }
    const micros = group.reduce((sum, line) => sum + line.amountMicros, 0n)
    earned.push({ num: micros * rate.num, den: rate.den })
  }
  return sumOf(earned)
}

/** Each place once, though every holder has a line there. */
function placesOf(lines: readonly ReckonedLine[]): Place[] {
  const places = new Map<string, Place>()
  for (const { isrc = '', territory, tier, streams } of lines)
    places.set(`${isrc} ${territory} ${tier}`, { isrc, territory, tier, streams })
  return [...places].sort(([a], [b]) => byBytes(a, b)).map(([, place]) => place)
}

/** A minimum by subscriber alone asks who there are: all lines and payers are gone through for it. */
const NOBODY = { allStreams: 0n, subscribers: 0n }

/** What is heard, and who pays, where the contract holds. */
function heardWhere(contract: Contract, { revenue }: FrozenMonth, shares: readonly ReckonedLine[]) {
  const holds = (territory: string) => contract.territories.includes(territory) !== contract.isWorldwide
  const ofSide = shares.filter(({ rights, territory }) => rights === contract.rights && holds(territory))
  const all = new Map(
    ofSide.map((line) => [
      [line.isrc, line.territory, line.tier, line.contractId, line.contractVersion].join(' '),
      line.streams,
    ]),
  )
  const payers = revenue.filter(({ territory, tier, micros }) => tier !== 'free' && micros !== '0' && holds(territory))
  return {
    allStreams: BigInt([...all.values()].reduce((sum, one) => sum + one, 0)),
    subscribers: BigInt(new Set(payers.map(({ listener }) => listener)).size),
  }
}

function anyTrack(contract: Contract, { cover }: FrozenMonth): Place[] {
  const [isrc] = cover
    .filter((one) => one.contract === contract.contract && one.version === contract.version)
    .map((one) => one.isrc)
    .sort(byBytes)
  return isrc === undefined ? [] : [{ isrc, ...NOWHERE, streams: 0 }]
}

/** Over the tracks by their streams, over the holders by their shares. */
function* spread(topUp: bigint, contract: Contract, places: readonly Place[]): Generator<ReckonedLine> {
  const weights = places.some(({ streams }) => streams > 0)
    ? places.map(({ streams }) => BigInt(streams))
    : places.map(() => 1n)
  const shares = contract.parties.map(({ num, den }) => ({ num: BigInt(num), den: BigInt(den) }))
  const parts = byLargestRemainder(topUp, weights)
  for (const [index, { isrc, territory, tier, streams }] of places.entries()) {
    const amounts = byLargestRemainder(parts[index] as bigint, inProportion(shares))
    for (const [place, { holder }] of contract.parties.entries())
      yield {
        kind: 'minimum',
        territory,
        tier,
        currency: contract.currency,
        rights: contract.rights,
        isrc,
        holderId: holder,
        contractId: contract.contract,
        contractVersion: contract.version,
        streams,
        amountMicros: amounts[place] as bigint,
        share: shares[place],
      }
  }
}
