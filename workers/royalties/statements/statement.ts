/** Owns what a statement says: of one holder and month, line by line, and how the money goes from there to the payout. Pure. */

import { derivedId } from '../../../infra/runtime/derived-id.ts'
import type { Contract, FrozenMonth, Holder, Track } from '../close/frozen-month.ts'
import type { Settlement } from '../close/settlement.ts'
import { payoutId } from '../close/settlement-transfers.ts'
import { MICROS, minorUnits } from '../reckoning/currency.ts'
import type { Rational } from '../reckoning/rational.ts'

export interface StatementLine {
  /** By which `explain` finds it. */
  readonly reference: string
  readonly kind: 'share' | 'minimum'
  readonly rights: string
  readonly isrc: string
  readonly title: string
  readonly artist: string
  readonly territory: string
  readonly tier: string
  readonly contract: string
  readonly version: number
  readonly share: Rational
  readonly streams: number
  readonly currency: string
  readonly micros: bigint
  readonly paidMicros: bigint
  readonly minor: bigint
}

export interface Statement {
  readonly number: string
  readonly month: string
  readonly inputHash: string
  readonly holder: Holder
  readonly lines: readonly StatementLine[]
  /** How the earnings of the month become what is paid, and what is left; all in the currency of the holder, adding to zero. */
  readonly account: readonly { readonly kind: AccountKind; readonly about: string; readonly micros: bigint }[]
  readonly payout: { readonly id: string; readonly minor: bigint } | undefined
  /** What is earned in each currency, and by which rate it is changed. */
  readonly earned: readonly {
    readonly currency: string
    readonly micros: bigint
    readonly rate: Rational | undefined
    readonly paidMicros: bigint
  }[]
  readonly openAdvances: Settlement['openAdvances']
}

export type AccountKind = 'earned' | 'carried' | 'recouped' | 'payout' | 'left'

export interface Written {
  readonly frozen: FrozenMonth
  readonly closeId: string
  readonly inputHash: string
  /** By the number of the run. */
  readonly runIds: readonly string[]
}

export function statementsOf(written: Written, settlements: readonly Settlement[]): Statement[] {
  const tracks = new Map(written.frozen.track.map((one) => [one.isrc, one]))
  const contracts = new Map(written.frozen.contract.map((one) => [`${one.contract} ${one.version}`, one]))
  return settlements.map((one) => statementOf(written, one, tracks, contracts))
}

function statementOf(
  { frozen, closeId, inputHash, runIds }: Written,
  { holder, lines, exchanged, carriedMicros, recouped, openAdvances, payoutMinor, leftMicros }: Settlement,
  tracks: ReadonlyMap<string, Track>,
  contracts: ReadonlyMap<string, Contract>,
): Statement {
  const earned = lines.reduce((sum, one) => sum + one.paidMicros, 0n)
  const before = carriedMicros + exchanged.reduce((sum, one) => sum + one.carriedMicros, 0n)
  const paid = (payoutMinor * MICROS) / minorUnits(holder.currency)
  const rates = new Map(exchanged.map(({ currency, rate }) => [currency, rate]))
  const currencies = [...new Set(lines.map(({ line }) => line.currency))].sort()
  return {
    number: `${frozen.month}-${derivedId('royalty-statement', `${closeId}\n${holder.id}`).slice(0, 8).toUpperCase()}`,
    month: frozen.month,
    inputHash,
    holder,
    lines: lines.map(({ run, number, line, paidMicros, minor }) => {
      const contract = contracts.get(`${line.contractId} ${line.contractVersion}`)
      const track = tracks.get(line.isrc ?? '')
      return {
        reference: `${runIds[run]}/${number}`,
        kind: line.kind,
        rights: line.rights,
        isrc: line.isrc ?? '',
        title: track?.title ?? '',
        artist: track?.artist ?? '',
        territory: line.territory,
        tier: line.tier,
        contract: contract?.number ?? '',
        version: line.contractVersion ?? 0,
        share: line.share ?? { num: 0n, den: 1n },
        streams: line.streams,
        currency: line.currency,
        micros: line.amountMicros,
        paidMicros,
        minor,
      }
    }),
    earned: currencies.map((currency) => {
      const group = lines.filter(({ line }) => line.currency === currency)
      return {
        currency,
        micros: group.reduce((sum, { line }) => sum + line.amountMicros, 0n),
        rate: rates.get(currency),
        paidMicros: group.reduce((sum, one) => sum + one.paidMicros, 0n),
      }
    }),
    account: [
      { kind: 'earned', about: `Earned in ${frozen.month}`, micros: earned },
      { kind: 'carried', about: 'Carried from earlier months', micros: before },
      ...recouped.map(({ advance, paidMicros }) => ({
        kind: 'recouped' as const,
        about: `Kept back for the advance of ${advance.paidOn}`,
        micros: -paidMicros,
      })),
      { kind: 'payout', about: 'Paid out', micros: -paid },
      { kind: 'left', about: leftBecause(holder, leftMicros), micros: -leftMicros },
    ],
    payout: payoutMinor === 0n ? undefined : { id: payoutId(runIds[0] ?? '', holder.id), minor: payoutMinor },
    openAdvances,
  }
}

/** A debt waits for what is earned, not for a tax reference. */
const leftBecause = ({ isTaxed }: Holder, leftMicros: bigint): string =>
  isTaxed || leftMicros < 0n ? 'Carried to the next month' : 'Held until a tax reference is given'
