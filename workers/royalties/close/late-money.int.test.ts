/** Owns the test of money that is dated in a closed month and entered after its close, on real servers: the closed month stays, the next has it, once. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { addStreams, worldStreams } from '../testing/close-world.ts'
import { createWorld, endWorld, left, MONTH, NEXT, type World } from '../testing/closing-world.ts'
import { royalties } from '../testing/royalties-process.ts'
import { monthSpan } from './month-span.ts'

let world: World
beforeAll(async () => {
  world = await createWorld(inject('stackEnv'), 'segue_close_late_money')
})
afterAll(async () => await endWorld(world))

const ID = '019a0000-0000-7000-8000-99000000000'
const DURING = `${MONTH}-15T12:00:00Z`
/** Of a listener in Germany, 10.99 EUR with 19 % tax. */
const NET = 10_990_000n - 1_754_705n

async function campaign(): Promise<void> {
  const { admin } = world
  await admin.query(`INSERT INTO advertisers VALUES ($1, 'Tidewater', 'DE', 'EUR')`, [`${ID}1`])
  await admin.query(
    `INSERT INTO campaigns (campaign_id, advertiser_id, name, runs, currency, budget_micros, cost_per_mille_micros, is_worldwide, plans, status)
     VALUES ($1, $2, 'Sea air', '[2020-01-01T00:00:00Z,2100-01-01T00:00:00Z)', 'EUR', 100000000, 4000000, true, '{free}', 'running')`,
    [`${ID}2`, `${ID}1`],
  )
  await admin.query(
    `INSERT INTO creatives (creative_id, campaign_id, title, duration_ms, language, status) VALUES ($1, $2, 'Breathe', 15000, 'en', 'approved')`,
    [`${ID}3`, `${ID}2`],
  )
}

/** Served in the month that is closed. @param n names it. */
async function impression(n: number, costMicros: number, audibleMs = 15_000): Promise<void> {
  await world.admin.query(
    `INSERT INTO impressions (impression_id, campaign_id, creative_id, session_id, served_at, territory, plan, device_kind, audible_ms, quartile, currency, cost_micros)
     VALUES ($1, $2, $3, $1, $4, 'DE', 'free', 'web', $5, 4, 'EUR', $6)`,
    [`${ID}${n}`, `${ID}2`, `${ID}3`, DURING, audibleMs, costMicros],
  )
}

async function revenueOf(month: string): Promise<Record<string, bigint>> {
  const { rows } = await world.admin.query<{ pool: string; micros: string }>(
    `SELECT p.territory || ' ' || p.tier AS pool, p.net_revenue_micros::text AS micros FROM royalty_pools p JOIN royalty_runs r USING (run_id)
      WHERE r.month = $1 AND p.rights = 'recording' AND p.territory = 'DE'`,
    [monthSpan(month).firstDay],
  )
  return Object.fromEntries(rows.map(({ pool, micros }) => [pool, BigInt(micros)]))
}

test("a payment, a refund and impressions of a closed month that were entered later are the next month's", async () => {
  const { admin, env } = world
  await campaign()
  await impression(4, 3_000)
  await impression(5, 5_000)
  await impression(6, 7_000, 500)
  const first = await royalties(env, ['close', MONTH])
  expect(first.code, first.stderr).toBe(0)
  expect((await revenueOf(MONTH))['DE free']).toBe(8_000n)
  const closed = await left(world)

  const { firstDay, nextDay } = monthSpan(MONTH)
  await admin.query(
    `INSERT INTO payments (payment_id, subscription_id, covers, currency, gross_micros, tax_micros, status, provider_reference, settled_at)
     SELECT $1, s.subscription_id, tstzrange(($2 || 'T00:00:00Z')::timestamptz, ($3 || 'T00:00:00Z')::timestamptz), 'EUR', 2000000, 0, 'pending', 'late', NULL
       FROM subscriptions s JOIN users u ON u.user_id = s.payer_id WHERE u.account_id = 'acct-c'`,
    [`${ID}7`, firstDay, nextDay],
  )
  await admin.query(`UPDATE payments SET status = 'settled', settled_at = $2 WHERE payment_id = $1`, [`${ID}7`, DURING])
  await admin.query(
    `INSERT INTO refunds (refund_id, payment_id, gross_micros, tax_micros, reason, refunded_at)
     SELECT $1, payment_id, 1000000, 159663, 'outage', $2 FROM payments WHERE provider_reference = 'pay-1-0'`,
    [`${ID}8`, DURING],
  )
  // The bank charged it back as well: more went back than was paid.
  await admin.query(
    `INSERT INTO refunds (refund_id, payment_id, gross_micros, tax_micros, reason, refunded_at)
     SELECT $1, payment_id, gross_micros, tax_micros, 'chargeback', $2 FROM payments WHERE provider_reference = 'pay-1-0'`,
    [`${ID}0`, DURING],
  )
  for (const change of ['gross_micros = gross_micros - 1', `status = 'failed', settled_at = NULL`, `territory = 'FR'`])
    await expect(
      admin.query(`UPDATE payments SET ${change} WHERE provider_reference = 'pay-0-0'`),
    ).rejects.toMatchObject({ constraint: 'payments_stay_as_closed' })
  await impression(9, 11_000)
  // Heard on since, so that it counts; and one that was paid turns out to be invalid, which stays paid.
  await admin.query(`UPDATE impressions SET audible_ms = 9000 WHERE impression_id = $1`, [`${ID}6`])
  await admin.query(`UPDATE impressions SET invalid_reason = 'robot' WHERE impression_id = $1`, [`${ID}5`])
  await expect(
    admin.query(`UPDATE impressions SET invalid_reason = NULL WHERE impression_id = $1`, [`${ID}5`]),
  ).rejects.toMatchObject({ constraint: 'impressions_count_once' })
  const same = await royalties(env, ['close', MONTH])
  expect(same.answer, same.stderr).toMatchObject({ status: 'nothing to do' })
  expect(await left(world)).toEqual(closed)

  await addStreams(admin, worldStreams(NEXT, 60, 1_000))
  const next = await royalties(env, ['close', NEXT])
  expect(next.code, next.stderr).toBe(0)
  expect(next.answer).toMatchObject({ refunds_borne: { EUR: String(1_000_000n - 159_663n) } })
  expect(await revenueOf(NEXT)).toEqual({
    'DE individual': NET,
    'DE free': 2_000_000n + 7_000n + 11_000n,
  })
  await admin.query(`UPDATE impressions SET invalid_reason = 'robot' WHERE impression_id = $1`, [`${ID}9`])
  for (const month of [MONTH, NEXT])
    expect((await royalties(env, ['close', month])).answer).toMatchObject({ status: 'nothing to do' })
  // Nothing is left for a third.
  const { rows: third } = await admin.query(
    `SELECT count(*)::int AS n FROM impressions WHERE counted_at > (SELECT max(streams_until) FROM royalty_closes)`,
  )
  expect(third).toEqual([{ n: 0 }])
})
