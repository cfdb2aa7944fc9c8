import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkTransfers } from '../../../infra/postgres/ledger/check-transfers.ts'
import { statementsOf } from '../statements/statement.ts'
import { statementCsv } from '../statements/statement-csv.ts'
import { Findings } from './findings.ts'
import type { FrozenMonth } from './frozen-month.ts'
import type { ReckonedLine, ReckonedRun } from './reckon-month.ts'
import { settle } from './settlement.ts'
import { settlementTransfers } from './settlement-transfers.ts'

const HOLDER = '019a0000-0000-7000-8000-a00000000001'
const CONTRACT = '019a0000-0000-7000-8000-c00000000001'
const RUN = '019a0000-0000-8000-8000-e00000000001'

function frozen(
  change: Partial<FrozenMonth> & { readonly currency?: string; readonly isTaxed?: boolean },
): FrozenMonth {
  const { currency = 'EUR', isTaxed = true, ...rest } = change
  return {
    month: '2026-10',
    terms: [],
    rate: [
      { base: 'EUR', quote: 'JPY', num: '17050', den: '100', source: 'made up', day: '2026-10-30' },
      { base: 'EUR', quote: 'KWD', num: '357', den: '1000', source: 'made up', day: '2026-10-30' },
    ],
    holder: [{ id: HOLDER, name: 'Holder', kind: 'person', country: null, currency, isTaxed, partyId: null }],
    contract: [],
    cover: [],
    track: [],
    advance: [],
    carried: [],
    year: [],
    pool: [],
    revenue: [],
    flagged: [],
    doubt: [],
    ...rest,
  }
}

const line = (currency: string, amountMicros: bigint): ReckonedLine => ({
  kind: 'share',
  territory: 'DE',
  tier: 'individual',
  currency,
  rights: 'recording',
  isrc: 'QMSEG2600001',
  holderId: HOLDER,
  contractId: CONTRACT,
  contractVersion: 1,
  streams: 1,
  amountMicros,
  share: { num: 1n, den: 1n },
})
const runOf = (lines: readonly ReckonedLine[]): ReckonedRun => ({
  model: 'pro-rata',
  rules: {},
  pools: [],
  lines,
  adjustments: [],
})

function settled(month: FrozenMonth, lines: readonly ReckonedLine[]) {
  const findings = new Findings()
  const [settlement] = settle(month, [runOf(lines)], findings)
  if (settlement === undefined) throw new Error('there is a holder')
  return { settlement, findings: findings.list() }
}

describe('what is earned is paid in the smallest units of the currency of the holder', () => {
  test.each<[currency: string, minor: bigint, left: bigint]>([
    ['EUR', 1_234n, 5_678n],
    ['JPY', 2_104n, 938_099n],
    ['KWD', 4_407n, 407n],
  ])('%s', (currency, minor, left) => {
    const { settlement } = settled(frozen({ currency }), [line('EUR', 12_345_678n)])
    expect([settlement.payoutMinor, settlement.leftMicros]).toEqual([minor, left])
  })

  test('not without a tax reference, and not without a rate', () => {
    expect(settled(frozen({ isTaxed: false }), [line('EUR', 12_345_678n)]).settlement).toMatchObject({
      payoutMinor: 0n,
      leftMicros: 12_345_678n,
    })
    expect(settled(frozen({}), [line('USD', 1n)]).findings).toMatchObject([
      { name: 'missing-rate', what: expect.stringContaining('USD to EUR') },
    ])
  })
})

test('an advance is kept back of what its contract earned, in its own currency, and never more', () => {
  const advance = {
    id: RUN,
    contract: CONTRACT,
    holder: HOLDER,
    currency: 'EUR',
    amount: '9000000',
    open: '9000000',
    paidOn: '2026-01-01',
    isRecoupable: true,
    isBooked: false,
  }
  const { settlement } = settled(frozen({ currency: 'JPY', advance: [advance] }), [line('EUR', 5_000_000n)])
  expect(settlement).toMatchObject({
    recouped: [{ micros: 5_000_000n, paidMicros: 852_500_000n }],
    payoutMinor: 0n,
    leftMicros: 0n,
  })
  expect(settlement.openAdvances).toEqual([{ currency: 'EUR', micros: 4_000_000n }])
  const other = { ...advance, contract: RUN }
  expect(settled(frozen({ advance: [other] }), [line('EUR', 5_000_000n)]).settlement).toMatchObject({
    recouped: [],
    payoutMinor: 500n,
  })
})

test('over thousands of months: nothing is lost, lines add to what is whole, transfers are balanced, a statement adds to zero', () => {
  const amounts = fc.array(fc.tuple(fc.constantFrom('EUR', 'JPY', 'KWD'), fc.bigInt(0n, 10n ** 10n)), { maxLength: 8 })
  fc.assert(
    fc.property(
      fc.constantFrom('EUR', 'JPY', 'KWD'),
      amounts,
      fc.bigInt(0n, 10n ** 7n),
      fc.bigInt(1n, 10n ** 9n),
      (currency, earned, carried, open) => {
        const advance = {
          id: RUN,
          contract: CONTRACT,
          holder: HOLDER,
          currency: 'EUR',
          amount: String(open),
          open: String(open),
          paidOn: '2026-01-01',
          isRecoupable: true,
          isBooked: false,
        }
        const month = frozen({
          currency,
          advance: [advance],
          carried: [{ holder: HOLDER, currency, micros: String(carried) }],
        })
        const { settlement } = settled(
          month,
          earned.map(([of, micros]) => line(of, micros)),
        )
        const unit = { EUR: 10_000n, JPY: 1_000_000n, KWD: 1_000n }[currency] ?? 1n
        const sum = settlement.lines.reduce((all, one) => all + one.paidMicros, 0n)
        expect(settlement.lines.reduce((all, one) => all + one.minor, 0n)).toBe(sum / unit)
        const back = settlement.recouped.reduce((all, one) => all + one.paidMicros, 0n)
        expect(sum + carried).toBe(back + settlement.payoutMinor * unit + settlement.leftMicros)
        expect(settlement.leftMicros >= 0n && settlement.leftMicros < unit).toBe(true)
        const transfers = settlementTransfers(RUN, month, [settlement]).flatMap((one) => one.transfers)
        expect(checkTransfers(transfers)).toMatchObject({ ok: true })
        const [statement] = statementsOf({ frozen: month, closeId: RUN, inputHash: 'a', runIds: [RUN] }, [settlement])
        if (statement === undefined) throw new Error('a holder has a statement')
        expect(statement.account.reduce((all, { micros }) => all + micros, 0n)).toBe(0n)
        const rows = statementCsv(statement)
          .toString()
          .trim()
          .split('\n')
          .slice(1)
          .map((row) => row.split(','))
        expect(rows.reduce((all, row) => all + BigInt(row[19] ?? ''), 0n)).toBe(0n)
      },
    ),
    { numRuns: 2_000 },
  )
})
