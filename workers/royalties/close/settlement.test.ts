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

const ADVANCE = {
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

test('an advance is kept back of what its contract earned, in its own currency, and never more', () => {
  const { settlement } = settled(frozen({ currency: 'JPY', advance: [ADVANCE] }), [line('EUR', 5_000_000n)])
  expect(settlement).toMatchObject({
    recouped: [{ micros: 5_000_000n, paidMicros: 852_500_000n }],
    payoutMinor: 0n,
    leftMicros: 0n,
  })
  expect(settlement.openAdvances).toEqual([{ currency: 'EUR', micros: 4_000_000n }])
  const other = { ...ADVANCE, contract: RUN }
  expect(settled(frozen({ advance: [other] }), [line('EUR', 5_000_000n)]).settlement).toMatchObject({
    recouped: [],
    payoutMinor: 500n,
  })
})

describe('a holder who owes, since a share was taken back after it was paid out', () => {
  const owes = (currency: string, micros: bigint) => [{ holder: HOLDER, currency, micros: String(micros) }]
  const statementOf = (month: FrozenMonth, lines: readonly ReckonedLine[]) => {
    const { settlement } = settled(month, lines)
    const [statement] = statementsOf({ frozen: month, closeId: RUN, inputHash: 'a', runIds: [RUN] }, [settlement])
    const steps = settlementTransfers(RUN, month, [settlement]).flatMap((one) => one.transfers)
    return { settlement, statement, kinds: steps.map(({ kind }) => kind) }
  }

  test('is paid nothing, and the debt is carried on: in his own currency', () => {
    const month = frozen({ carried: owes('EUR', -7_005_000n) })
    const { settlement, statement, kinds } = statementOf(month, [line('EUR', 2_000_000n)])
    expect(settlement).toMatchObject({ payoutMinor: 0n, leftMicros: -5_005_000n })
    expect(statement?.payout).toBe(undefined)
    expect(statement?.account.at(-1)).toEqual({ kind: 'left', about: 'Carried to the next month', micros: 5_005_000n })
    expect(kinds).toEqual([])
    expect(settled(month, []).settlement).toMatchObject({ payoutMinor: 0n, leftMicros: -7_005_000n })
  })

  test('in another, where it stays, at the rate of the month', () => {
    const month = frozen({ currency: 'JPY', carried: owes('EUR', -3_000_000n) })
    const { settlement, statement, kinds } = statementOf(month, [line('EUR', 1_000_000n)])
    expect(settlement).toMatchObject({
      lines: [{ paidMicros: 170_500_000n, minor: 170n }],
      exchanged: [{ micros: -2_000_000n, paidMicros: -341_000_000n, carriedMicros: -511_500_000n }],
      payoutMinor: 0n,
      leftMicros: -341_000_000n,
    })
    expect(statement?.payout).toBe(undefined)
    // What is owed in euros is owed in euros: nothing is booked until it is earned.
    expect(kinds).toEqual([])
    // What he earns in his own currency is kept for it too.
    const both = statementOf(month, [line('EUR', 1_000_000n), line('JPY', 400_000_000n)])
    expect(both.settlement).toMatchObject({ payoutMinor: 59n, leftMicros: 0n })
    expect(both.kinds).toEqual(['payout'])
  })

  test('what he earns later goes against it first, and then to him, and to his advances out of that alone', () => {
    const advance = { ...ADVANCE, isBooked: true }
    for (const currency of ['EUR', 'JPY']) {
      const month = frozen({ currency, carried: owes('EUR', -3_000_000n) })
      const rate = currency === 'EUR' ? 100n : 17_050n
      const { settlement, kinds } = statementOf(month, [line('EUR', 5_000_000n)])
      expect(settlement).toMatchObject({ payoutMinor: currency === 'EUR' ? 200n : 341n, leftMicros: 0n })
      expect(kinds).toEqual(currency === 'EUR' ? ['payout'] : ['exchange', 'payout'])
      const kept = statementOf({ ...month, advance: [advance] }, [line('EUR', 5_000_000n)])
      expect(kept.settlement).toMatchObject({
        recouped: [{ micros: 2_000_000n, paidMicros: (2_000_000n * rate) / 100n }],
        payoutMinor: 0n,
      })
      const none = statementOf({ ...month, advance: [advance] }, [line('EUR', 2_000_000n)])
      expect(none.settlement).toMatchObject({ recouped: [], payoutMinor: 0n, leftMicros: (-1_000_000n * rate) / 100n })
    }
  })

  test('a debt that no rate is known for is named', () => {
    expect(settled(frozen({ carried: owes('USD', -1n) }), []).findings).toMatchObject([{ name: 'missing-rate' }])
  })

  test('needs no tax reference to owe', () => {
    const { statement } = statementOf(frozen({ isTaxed: false, carried: owes('EUR', -1n) }), [])
    expect(statement?.account.at(-1)?.about).toBe('Carried to the next month')
  })
})

test('over thousands of months: nothing is lost, lines add to what is whole, transfers are balanced, a statement adds to zero', () => {
  const amounts = fc.array(fc.tuple(fc.constantFrom('EUR', 'JPY', 'KWD'), fc.bigInt(0n, 10n ** 10n)), { maxLength: 8 })
  fc.assert(
    fc.property(
      fc.constantFrom('EUR', 'JPY', 'KWD'),
      amounts,
      fc.bigInt(-(10n ** 10n), 10n ** 7n),
      fc.bigInt(-(10n ** 10n), 10n ** 7n),
      fc.bigInt(1n, 10n ** 9n),
      (currency, earned, own, foreign, open) => {
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
          carried: [
            { holder: HOLDER, currency, micros: String(own) },
            { holder: HOLDER, currency: currency === 'EUR' ? 'KWD' : 'EUR', micros: String(foreign) },
          ],
        })
        const { settlement } = settled(
          month,
          earned.map(([of, micros]) => line(of, micros)),
        )
        const unit = { EUR: 10_000n, JPY: 1_000_000n, KWD: 1_000n }[currency] ?? 1n
        const sum = settlement.lines.reduce((all, one) => all + one.paidMicros, 0n)
        expect(settlement.lines.reduce((all, one) => all + one.minor, 0n)).toBe(sum / unit)
        const back = settlement.recouped.reduce((all, one) => all + one.paidMicros, 0n)
        const carried = own + settlement.exchanged.reduce((all, one) => all + one.carriedMicros, 0n)
        expect(sum + carried).toBe(back + settlement.payoutMinor * unit + settlement.leftMicros)
        expect(settlement.leftMicros < unit).toBe(true)
        if (settlement.leftMicros < 0n) expect([settlement.payoutMinor, back]).toEqual([0n, 0n])
        // Nothing is taken in any currency that is not owed in it.
        const owed = new Map<string, bigint>()
        const owe = (of: string, micros: bigint) => owed.set(of, (owed.get(of) ?? 0n) + micros)
        for (const [of, micros] of earned) owe(of, micros)
        for (const { currency: of, micros } of month.carried) owe(of, BigInt(micros))
        for (const { postings } of settlementTransfers(RUN, month, [settlement]).flatMap((one) => one.transfers)) {
          for (const { kind, currency: of, amountMicros } of postings) if (kind === 'payable') owe(of, -amountMicros)
          for (const { kind, currency: of, amountMicros } of postings)
            if (kind === 'payable' && amountMicros > 0n) expect(owed.get(of)).toBeGreaterThanOrEqual(0n)
        }
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
