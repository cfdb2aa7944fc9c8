/** Owns the test of the codes that the database checks: it takes those that are read here, and no others. */

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createPool, type Pool } from '../postgres/client.ts'
import { migratePostgres } from '../postgres/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts'
import { readGrid } from './grid.ts'
import { readIpiName } from './ipi.ts'
import { readIswc } from './iswc.ts'

const MIGRATION = readFileSync(new URL('../postgres/migrations/107.do.checked-codes.sql', import.meta.url), 'utf8')
const SAMPLES = 300

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_codes_test')
  await migratePostgres(database.url)
  pool = createPool(database.url, { applicationName: 'codes-test' })
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

const rightOnes = async (check: 'is_iswc' | 'is_ipi_name' | 'is_isni' | 'is_grid', codes: readonly string[]) => {
  const sql = `SELECT code FROM unnest($1::text[]) WITH ORDINALITY AS given (code, n) WHERE ${check}(code) ORDER BY n`
  return (await pool.query<{ code: string }>(sql, [codes])).rows.map(({ code }) => code)
}
/** Each number with every ending of so many digits. */
const withEndings = (numbers: readonly string[], digits: number) =>
  numbers.flatMap((number) =>
    Array.from({ length: 10 ** digits }, (_, ending) => `${number}${String(ending).padStart(digits, '0')}`),
  )
const nineDigits = (numRuns: number) =>
  fc.sample(fc.integer({ min: 1, max: 999_999_999 }), numRuns).map((number) => String(number).padStart(9, '0'))

describe('what the database takes', () => {
  test('of work codes is what is read, as it is read', async () => {
    const given = [
      'T0345246801',
      'T0000000010',
      'T0345426801',
      't0345246801',
      'T-034.524.680-1',
      'T0345246801\n',
      'T034524680',
      '',
    ]
    const codes = [...given, ...withEndings(nineDigits(SAMPLES), 1).map((number) => `T${number}`)]
    const read = codes.filter((code) => readIswc(code) === code)
    expect(await rightOnes('is_iswc', codes)).toEqual(read)
    expect(read).toHaveLength(2 + SAMPLES)
  })

  test('of release codes is what is read, as it is read', async () => {
    const characters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    const fifteen = fc.string({ unit: fc.constantFrom(...characters), minLength: 15, maxLength: 15 })
    const made = fc.sample(fifteen, SAMPLES).flatMap((code) => [...characters].map((last) => `A1${code}${last}`))
    const given = ['A12425GABC1234002M', 'A12425GABC1234002N', 'A1-2425G-ABC1234002-M', 'a12425gabc1234002m', '']
    const codes = [...given, ...made]
    const read = codes.filter((code) => readGrid(code) === code)
    expect(await rightOnes('is_grid', codes)).toEqual(read)
    expect(read).toHaveLength(1 + SAMPLES)
  })

  test('of name numbers is what is read, as it is read', async () => {
    const given = [
      '00000000297',
      '90000200001',
      '91000000100',
      '91000001000',
      '00000000000',
      '297',
      '0000000029X',
      ' 00000000297',
      '',
    ]
    const codes = [...given, ...withEndings(nineDigits(SAMPLES), 2)]
    const read = codes.filter((code) => readIpiName(code) === code)
    expect(await rightOnes('is_ipi_name', codes)).toEqual(read)
    expect(read).toHaveLength(4 + SAMPLES)
  })

  test('of name identifiers has one check character a number', async () => {
    const known = ['0000000218250097', '0000000151093700', '000000021694233X', '000000012281955X']
    const numbers = nineDigits(SAMPLES).map((number) => number.padStart(15, '0'))
    const codes = [...known, ...numbers.flatMap((number) => [...'0123456789X'].map((check) => `${number}${check}`))]
    const right = await rightOnes('is_isni', [
      ...codes,
      '0000000281250097',
      '000000021694233x',
      '00000002182500977',
      '',
    ])
    expect(right.slice(0, known.length)).toEqual(known)
    expect(right.slice(known.length).map((code) => code.slice(0, -1))).toEqual(numbers)
  })
})

test('what was wrong before it was asked stays, and nothing that is wrong is added', async () => {
  await pool.query(`ALTER TABLE works DROP CONSTRAINT works_iswc_is_right;
    ALTER TABLE rights_holders DROP CONSTRAINT rights_holders_ipi_is_right, DROP CONSTRAINT rights_holders_isni_is_right;
    ALTER TABLE albums DROP COLUMN grid;
    DROP FUNCTION is_iswc, is_ipi_name, is_isni, is_grid;
    INSERT INTO works VALUES (gen_random_uuid(), 'Wrong', 'T0345246802')`)
  await pool.query(MIGRATION)
  const { rows } = await pool.query<{ conname: string; convalidated: boolean }>(
    `SELECT conname, convalidated FROM pg_constraint WHERE conname LIKE '%\\_is\\_right' ORDER BY conname`,
  )
  expect(rows.map(({ conname, convalidated }) => [conname, convalidated])).toEqual([
    ['rights_holders_ipi_is_right', true],
    ['rights_holders_isni_is_right', true],
    ['works_iswc_is_right', false],
  ])
  await expect(pool.query(`INSERT INTO works VALUES (gen_random_uuid(), 'x', 'T0345246803')`)).rejects.toMatchObject({
    constraint: 'works_iswc_is_right',
  })
})
