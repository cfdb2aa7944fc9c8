/** Owns the test of what months have of payments, on the real server: whenever they were booked and went back, all months together have what was kept, exactly. */

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { seededRandom } from '../../../infra/demo/seeded-random.ts'
import { createPool, type Pool } from '../../../infra/postgres/client.ts'
import { migratePostgres } from '../../../infra/postgres/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../../../infra/postgres/test-database.ts'

const PAID = readFileSync(new URL('./sql/paid.sql', import.meta.url), 'utf8')
const DAY_MS = 86_400_000
const MONTHS = Array.from({ length: 6 }, (_, index) => ({
  firstDay: `2020-0${index + 1}-01`,
  startMs: Date.UTC(2020, index, 1),
  endMs: Date.UTC(2020, index + 1, 1),
}))
const [FIRST_MS, LAST_MS] = [Date.UTC(2020, 0, 1), Date.UTC(2020, 6, 1)]
const closedAt = (endMs: number) => endMs + 3 * DAY_MS
const id = (kind: number, n: number) => `019a0000-0000-7000-8000-${kind}${String(n).padStart(11, '0')}`

interface Payment {
  readonly fromMs: number
  readonly toMs: number
  readonly net: bigint
  readonly bookedMs: number
  readonly refunds: readonly { readonly net: bigint; readonly atMs: number; readonly enteredMs: number }[]
}

let database: TestDatabase
let admin: Pool
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_paid')
  await migratePostgres(database.url)
  admin = createPool(database.url, { applicationName: 'paid-test', maxConnections: 1 })
})
afterAll(async () => {
  await admin?.end()
  await database?.drop()
})

function madePayments(count: number): Payment[] {
  const random = seededRandom(6)
  const between = (from: number, to: number) => from + Math.floor(random() * (to - from))
  return Array.from({ length: count }, () => {
    const fromMs = between(FIRST_MS - 40 * DAY_MS, LAST_MS)
    const toMs = fromMs + between(1, 5) * between(1, 80) * DAY_MS
    const net = BigInt(between(1, 200_000_000))
    let left = net
    const refunds = Array.from({ length: between(0, 4) }, () => {
      const part = random() < 0.3 ? left : (left * BigInt(between(0, 100))) / 100n
      left -= part
      const atMs = between(fromMs, LAST_MS + 20 * DAY_MS)
      return { net: part, atMs, enteredMs: atMs + (random() < 0.5 ? 0 : between(0, 100 * DAY_MS)) }
    }).filter((refund) => refund.net > 0n)
    return { fromMs, toMs, net, bookedMs: fromMs + (random() < 0.5 ? 0 : between(-20, 150) * DAY_MS), refunds }
  })
}

/** What all of the months have of it, by what the books had when the last was closed. */
function keptOf({ fromMs, toMs, net, bookedMs, refunds }: Payment): bigint {
  const until = closedAt(LAST_MS)
  if (bookedMs > until) return 0n
  const back = refunds.filter(({ atMs, enteredMs }) => atMs < LAST_MS && enteredMs <= until)
  const kept = back.reduce((sum, one) => sum - one.net, net)
  const partUpTo = (ms: number) =>
    (kept * BigInt(Math.min(Math.max(ms, fromMs), toMs) - fromMs)) / BigInt(toMs - fromMs)
  return partUpTo(LAST_MS) - partUpTo(FIRST_MS)
}

async function enter(payments: readonly Payment[]): Promise<void> {
  await admin.query(`INSERT INTO plans VALUES ('individual', 'Individual', 1, 1, false)`)
  // When it was entered is otherwise the server's to say.
  await admin.query('SET session_replication_role = replica')
  const at = (ms: number) => new Date(ms).toISOString()
  for (const [n, { fromMs, toMs, net, bookedMs, refunds }] of payments.entries()) {
    await admin.query(`INSERT INTO users (user_id, account_id, country) VALUES ($1, $2, 'DE')`, [
      id(1, n),
      `payer-${n}`,
    ])
    await admin.query(`INSERT INTO subscriptions VALUES ($1, $2, 'individual', '[2010-01-01T00:00:00Z,)')`, [
      id(2, n),
      id(1, n),
    ])
    await admin.query(
      `INSERT INTO payments (payment_id, subscription_id, territory, covers, currency, gross_micros, tax_micros, status, provider_reference, settled_at, booked_at)
       VALUES ($1, $2, 'DE', tstzrange($3, $4), 'EUR', $5::bigint + 7, 7, 'settled', 'paid-' || $7, $3, $6)`,
      [id(3, n), id(2, n), at(fromMs), at(toMs), net, at(bookedMs), String(n)],
    )
    for (const [r, refund] of refunds.entries())
      await admin.query(
        `INSERT INTO refunds (refund_id, payment_id, gross_micros, tax_micros, reason, refunded_at, entered_at) VALUES ($1, $2, $3, 0, 'asked', $4, $5)`,
        [id(4, n * 10 + r), id(3, n), refund.net, at(refund.atMs), at(refund.enteredMs)],
      )
  }
  await admin.query('RESET session_replication_role')
}

test('months that are closed one after the other have of each payment what was kept of it, to the micro-unit', async () => {
  const payments = madePayments(400)
  await enter(payments)
  const had = payments.map(() => 0n)
  let isNegative = false
  for (const { firstDay, endMs } of MONTHS) {
    const until = new Date(closedAt(endMs))
    const { rows } = await admin.query<{ subscription: string; micros: string }>(PAID, [firstDay, until])
    for (const { subscription, micros } of rows) {
      const n = Number(subscription.slice(-11))
      had[n] = (had[n] as bigint) + BigInt(micros)
      isNegative ||= BigInt(micros) < 0n
    }
    await admin.query('INSERT INTO accounting_months (month) VALUES ($1) ON CONFLICT DO NOTHING', [firstDay])
    await admin.query(
      `INSERT INTO royalty_closes (month, close_id, input_hash, part_hashes, object_key, streams_until) VALUES ($1, gen_random_uuid(), $2, '{}', 'inputs-' || $4, $3)`,
      [firstDay, '0'.repeat(64), until, firstDay],
    )
  }
  expect(had).toEqual(payments.map(keptOf))
  // What went back of a month that was closed is taken off a later one.
  expect(isNegative).toBe(true)
})
