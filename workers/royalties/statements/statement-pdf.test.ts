import { expect, test } from 'vitest'
import { pdfText } from '../testing/pdf-text.ts'
import type { Statement } from './statement.ts'
import { statementPdf } from './statement-pdf.ts'

const statement = (change: Partial<Statement>): Statement => ({
  number: '2026-10-ABCDEF01',
  month: '2026-10',
  inputHash: 'f0'.repeat(32),
  holder: {
    id: '019a0000-0000-7000-8000-a00000000001',
    name: '山田 花子 & Łukasz Żółć',
    kind: 'person',
    country: null,
    currency: 'EUR',
    isTaxed: true,
    partyId: null,
  },
  lines: [],
  account: [
    { kind: 'earned', about: 'Earned in 2026-10', micros: 1_234_567_891n },
    { kind: 'payout', about: 'Paid out', micros: -1_234_560_000n },
    { kind: 'left', about: 'Carried to the next month', micros: -7_891n },
  ],
  payout: { id: '019a0000-0000-7000-8000-d00000000001', minor: 123_456n },
  earned: [],
  openAdvances: [],
  ...change,
})
const line = (n: number): Statement['lines'][number] => ({
  reference: `run/${n}`,
  kind: 'share',
  rights: 'recording',
  isrc: `QMSEG26${String(n).padStart(5, '0')}`,
  title: `No. ${n}`,
  artist: 'The Tide',
  territory: 'DE',
  tier: 'individual',
  contract: 'L-100',
  version: 1,
  share: { num: 2n, den: 3n },
  streams: n,
  currency: 'EUR',
  micros: BigInt(n) * 1_000_000n,
  paidMicros: BigInt(n) * 1_000_000n,
  minor: BigInt(n) * 100n,
})
const read = async (change: Partial<Statement>) =>
  pdfText(await statementPdf(statement(change))).map((text) => text.replaceAll('\u202f', ''))

test('a statement says for whom it is, its number, what is paid out, and how that comes about', async () => {
  const text = await read({})
  expect(text[0]).toBe('Segue\t2026-10-ABCDEF01')
  // Letters of two fonts stand apart.
  expect(text.map((one) => one.replaceAll('\t', ''))).toContain('山田 花子 & Łukasz Żółć1234.56 EUR')
  expect(text).toContain('Earned in 2026-10\t1234.567891 EUR')
  expect(text).toContain('Carried to the next month\t-0.007891 EUR')
  expect(text).toContain(`Input ${'f0'.repeat(32)}\t1 / 1`)
})

test('where nothing is paid out it says nothing', async () => {
  const text = await read({ payout: undefined })
  expect(text.join('\n')).toContain('0.00 EUR')
  expect(text.join('\n')).not.toContain('Payout')
})

test('lines go on over pages, each once, and their sum stands below', async () => {
  const text = await read({ lines: Array.from({ length: 120 }, (_, n) => line(n + 1)) })
  const titles = text.flatMap((one) => /^No\. (\d+)\t/.exec(one)?.[1] ?? [])
  expect(titles).toEqual(Array.from({ length: 120 }, (_, n) => String(n + 1)))
  expect(text).toContain('No. 7\tQMSEG2600007\tDE\tindividual\tL-100 v1\t2/3\t7\t7.000000 EUR\t7.00')
  // 120 × 121 / 2.
  expect(text).toContain('7260.00 EUR')
})
