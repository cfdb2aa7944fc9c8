/** Owns how settlements are booked: advances as they were paid, conversions, what is kept back, and payouts, which stay pending until the bank has paid. Pure. */

import { type Posting, type Transfer, transferIdOf, transferMaker } from '../../../infra/postgres/ledger/transfer.ts'
import { MICROS, minorUnits } from '../reckoning/currency.ts'
import type { Advance, FrozenMonth } from './frozen-month.ts'
import type { Settlement } from './settlement.ts'

/** In the order that they can be entered: nothing is taken that is not owed. */
export function settlementTransfers(
  runId: string,
  { month, advance }: FrozenMonth,
  settlements: readonly Settlement[],
): { readonly step: string; readonly transfers: readonly Transfer[] }[] {
  const enter = transferMaker(runId, month)
  return [
    {
      step: 'advances are booked',
      transfers: advance
        .filter(({ isBooked }) => !isBooked)
        .map((one) => enter('advance', one.id, advancePostings(one), { reason: `advance ${one.id}` })),
    },
    {
      step: 'earnings are exchanged',
      transfers: settlements.flatMap(({ holder, exchanged }) =>
        exchanged
          .filter(({ paidMicros }) => paidMicros > 0n)
          .map(({ currency, micros, paidMicros }) =>
            enter('exchange', `${holder.id} ${currency}`, [
              { kind: 'payable', currency, holderId: holder.id, amountMicros: micros },
              { kind: 'exchange', currency, amountMicros: -micros },
              { kind: 'exchange', currency: holder.currency, amountMicros: paidMicros },
              { kind: 'payable', currency: holder.currency, holderId: holder.id, amountMicros: -paidMicros },
            ]),
          ),
      ),
    },
    {
      step: 'advances are recouped',
      transfers: settlements.flatMap(({ holder, recouped }) =>
        recouped.map(({ advance: one, micros, paidMicros }) =>
          enter('recoupment', one.id, recoupmentPostings(holder.id, holder.currency, one, micros, paidMicros), {
            reason: `of advance ${one.id}`,
          }),
        ),
      ),
    },
    {
      step: 'payouts are entered',
      transfers: settlements
        .filter(({ payoutMinor }) => payoutMinor > 0n)
        .map(({ holder: { id, currency }, payoutMinor }) => {
          const micros = (payoutMinor * MICROS) / minorUnits(currency)
          return enter(
            'payout',
            id,
            [
              { kind: 'payable', currency, holderId: id, amountMicros: micros },
              { kind: 'bank', currency, amountMicros: -micros },
            ],
            { status: 'pending' },
          )
        }),
    },
  ]
}

/** The id that the bank is to name. */
export const payoutId = (runId: string, holder: string): string => transferIdOf(runId, 'payout', holder)

function advancePostings({ currency, holder, amount, isRecoupable }: Advance): Posting[] {
  const micros = BigInt(amount)
  const paid: Posting = isRecoupable
    ? { kind: 'advance', currency, holderId: holder, amountMicros: micros }
    : { kind: 'cost', currency, amountMicros: micros }
  return [paid, { kind: 'bank', currency, amountMicros: -micros }]
}

function recoupmentPostings(
  holder: string,
  currency: string,
  advance: Advance,
  micros: bigint,
  paidMicros: bigint,
): Posting[] {
  const payable: Posting = { kind: 'payable', currency, holderId: holder, amountMicros: paidMicros }
  const settled: Posting = { kind: 'advance', currency: advance.currency, holderId: holder, amountMicros: -micros }
  if (advance.currency === currency) return [payable, settled]
  return [
    payable,
    { kind: 'exchange', currency, amountMicros: -paidMicros },
    { kind: 'exchange', currency: advance.currency, amountMicros: micros },
    settled,
  ]
}
