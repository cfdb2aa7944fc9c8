/** Owns the lines by which a contract is paid its minimum, where its shares of the pools come to less. Pure. */

import type { RoyaltyModel } from '../../../infra/postgres/ledger/run.ts'
import { byBytes } from '../reckoning/byte-order.ts'
import { byLargestRemainder } from '../reckoning/largest-remainder.ts'
import { minimumOf } from '../reckoning/minimum.ts'
import { inProportion } from '../reckoning/rational.ts'
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
  for (const contract of [...frozen.contract].sort(
    (a, b) => byBytes(a.contract, b.contract) || a.version - b.version,
  )) {
    const terms = {
      perStream: BigInt(contract.minimumPerStream),
      perSubscriber: BigInt(contract.minimumPerSubscriber),
      perMonth: forDays(BigInt(contract.minimumPerMonth), contract, frozen.month),
    }
    if (terms.perStream + terms.perSubscriber + terms.perMonth === 0n) continue
    const lines = byVersion.get(`${contract.contract} ${contract.version}`) ?? []
    const earned = earnedIn(contract, lines, rates, findings)
    const places = placesOf(lines)
    const { topUp } = minimumOf(terms, {
      earned,
      streams: BigInt(places.reduce((sum, { streams }) => sum + streams, 0)),
      ...heardWhere(contract, frozen, shares),
    })
    const kind = desk.kindOf(contract)
    if (topUp === 0n || kind === undefined) continue
    const at = places.length > 0 ? places : anyTrack(contract, frozen)
    if (at.length === 0) {
      findings.add('minimum-without-track', `contract ${contract.number} is paid a minimum, and is about no track`)
      continue
    }
    for (const line of spread(topUp, contract, at)) yield { model: kind.rules.model, line }
  }
}

/** A version that is valid for a part of the month is paid that part, rounded up. */
function forDays(micros: bigint, { from, until }: Contract, month: string): bigint {
  const { startMs, endMs } = monthSpan(month)
  const start = Math.max(startMs, Date.parse(from))
  const end = Math.min(endMs, until === undefined ? endMs : Date.parse(until))
  const days = BigInt(Math.max(end - start, 0) / DAY_MS)
  const all = BigInt((endMs - startMs) / DAY_MS)
  return (micros * days + all - 1n) / all
}

/** In the currency of the contract, rounded down. */
function earnedIn(contract: Contract, lines: readonly ReckonedLine[], rates: Rates, findings: Findings): bigint {
  let earned = 0n
  for (const [currency, group] of grouped(lines, (line) => line.currency)) {
    const rate = rates.rate(currency, contract.currency)
    if (rate === undefined) {
      findings.add(
        'missing-rate',
        `${currency} to ${contract.currency}, for the minimum of contract ${contract.number}`,
      )
      continue
    }
    earned += (group.reduce((sum, line) => sum + line.amountMicros, 0n) * rate.num) / rate.den
  }
  return earned
}

/** Each place once, though every holder has a line there. */
function placesOf(lines: readonly ReckonedLine[]): Place[] {
  const places = new Map<string, Place>()
  for (const { isrc = '', territory, tier, streams } of lines)
    places.set(`${isrc} ${territory} ${tier}`, { isrc, territory, tier, streams })
  return [...places].sort(([a], [b]) => byBytes(a, b)).map(([, place]) => place)
}

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
