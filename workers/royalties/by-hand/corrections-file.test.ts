/** Owns the tests of files of corrections: what is read of them, and every way to be refused. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { CORRECTION_COLUMNS, readCorrections } from './corrections-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'segue-corrections-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ID = '019b0000-0000-7000-8000-000000000001'
const OTHER = '019b0000-0000-7000-8000-000000000002'
const HOLDER = '019a0000-0000-7000-8000-a00000000001'

function read(lines: readonly string[], header: string = CORRECTION_COLUMNS.join(',')) {
  const path = join(folder, 'corrections.csv')
  writeFileSync(path, [header, ...lines, ''].join('\n'))
  return readCorrections(path)
}

test('lines of an id are one transfer, in whatever order they stand', async () => {
  const corrections = await read([
    `${ID},cost,,EUR,5,"left out, of May"`,
    `${OTHER},exchange,,JPY,-7,rate`,
    `${ID},payable,${HOLDER},EUR,-5,"left out, of May"`,
    `${OTHER},bank,,JPY,7,rate`,
  ])
  expect(corrections).toEqual([
    {
      transferId: ID,
      reason: 'left out, of May',
      postings: [
        { kind: 'cost', currency: 'EUR', amountMicros: 5n },
        { kind: 'payable', currency: 'EUR', amountMicros: -5n, holderId: HOLDER },
      ],
    },
    {
      transferId: OTHER,
      reason: 'rate',
      postings: [
        { kind: 'exchange', currency: 'JPY', amountMicros: -7n },
        { kind: 'bank', currency: 'JPY', amountMicros: 7n },
      ],
    },
  ])
})

describe('refused by line', () => {
  const whole = `${OTHER},cost,,EUR,1,ok\n${OTHER},bank,,EUR,-1,ok`
  test.each([
    [`${ID.toUpperCase()},cost,,EUR,5,why`, ':4: `transfer_id` is no UUID in small letters'],
    [`${ID},toString,,EUR,5,why`, ':4: `account` is none of cost, pool,'],
    [`${ID},advance,${HOLDER},EUR,5,why`, ':4: `account` is not advance'],
    [`${ID},payable,somebody,EUR,5,why`, ':4: `holder_id` of an account payable is no UUID in small letters: somebody'],
    [`${ID},cost,${HOLDER},EUR,5,why`, ':4: `holder_id` is empty for an account cost'],
    [`${ID},cost,,eur,5,why`, ':4: `currency` is not three capital letters'],
    [`${ID},cost,,EUR,0,why`, ':4: `amount_micros` is not a whole number'],
    [`${ID},cost,,EUR,5.5,why`, ':4: `amount_micros` is not a whole number'],
    [`${ID},cost,,EUR,1234567890123456789,why`, ':4: `amount_micros` is not a whole number'],
    [`${ID},cost,,EUR,5,`, ':4: `reason` is not a text of 1 to 500 characters'],
    [`${ID},cost,,EUR,5, why`, ':4: `reason` is not a text of 1 to 500 characters'],
    [`${OTHER},cost,,EUR,5,another`, ':4: `reason` is another than on line 2'],
    [`${ID},cost,,EUR,5,why`, `:4: the postings of ${ID} add to 5 millionths of EUR, and not to zero`],
  ])('%s', async (line, told) => {
    await expect(read([whole, line])).rejects.toThrow(told)
  })

  test('a file of nothing, and one with other columns', async () => {
    await expect(read([])).rejects.toThrow('there is no correction in it')
    await expect(read([], 'transfer_id,account')).rejects.toThrow(/corrections\.csv:1: .*holder_id/)
  })
})
