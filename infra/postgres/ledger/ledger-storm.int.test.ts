/** Owns the property of the ledger under many posters at once, repeats and connections that are killed: sums of zero, nothing twice, nothing edited. */

import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { uuidv7 } from '../../../protocol/ids.ts'
import type { Pool } from '../client.ts'
import { type Follower, postPending, reverse, voidTransfer } from './follow-transfers.ts'
import type { LedgerResult } from './ledger-problem.ts'
import { postTransfers } from './post-transfers.ts'
import { createLedgerWorld, type LedgerWorld, MONTHS, payout, share } from './testing/ledger-world.ts'
import type { Transfer } from './transfer.ts'

const HOLDERS = 12
const POSTERS = 8
const KILL_EVERY_MS = 60

let world: LedgerWorld
let finance: Pool
beforeAll(async () => {
  world = await createLedgerWorld(inject('stackEnv'), 'segue_ledger_storm', HOLDERS)
  finance = world.finance
})
afterAll(async () => {
  await world?.end()
})

/** What a poster does: each is done by two of them, in different orders, each until it has an answer. */
interface Plan {
  readonly shares: readonly (readonly Transfer[])[]
  readonly payouts: readonly Transfer[]
  /** How each payout ends; both `post` and `void` are tried where it says so, and one of them holds. */
  readonly ends: readonly ('post' | 'void' | 'both' | 'none')[]
  readonly reversed: readonly Transfer[]
}

const amount = fc.bigInt(1n, 10n ** 12n)
const holder = fc.integer({ min: 1, max: HOLDERS })
const ofHolder = fc.tuple(holder, amount).map(([n, micros]) => share(uuidv7(Date.now()), n, micros))
const plan: fc.Arbitrary<Plan> = fc
  .record({
    shares: fc.array(fc.array(ofHolder, { minLength: 1, maxLength: 12 }), { minLength: 4, maxLength: 16 }),
    ends: fc.array(fc.constantFrom('post' as const, 'void' as const, 'both' as const, 'none' as const), {
      minLength: 4,
      maxLength: 12,
    }),
    reverse: fc.integer({ min: 0, max: 6 }),
  })
  .map(({ shares, ends, reverse: count }) => ({
    shares,
    // Of each payout what it takes is owed by a share of its own, so that all may be paid.
    payouts: ends.map((_, index) => payout(uuidv7(Date.now()), (index % HOLDERS) + 1, 5n)),
    ends,
    reversed: shares.flat().slice(0, count),
  }))

/** As long as it takes: a killed connection and two at once are tried again, by the same ids. */
async function untilAnswered<T>(call: () => Promise<LedgerResult<T>>): Promise<LedgerResult<T>> {
  for (;;) {
    const result = await call()
    if (result.ok || !result.problem.retriable) return result
    await pause(Math.random() * 20)
  }
}

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item)

async function killSome(signal: AbortSignal): Promise<number> {
  let killed = 0
  while (!signal.aborted) {
    const { rows } = await world.admin.query<{ n: number }>(
      `SELECT count(pg_terminate_backend(pid))::int AS n FROM
         (SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = 'segue_finance' AND state <> 'idle'
           ORDER BY random() LIMIT 1) AS victim`,
    )
    killed += rows[0]?.n ?? 0
    await pause(KILL_EVERY_MS)
  }
  return killed
}

/** All calls, twice each, by eight posters. */
async function everyone(calls: readonly (() => Promise<LedgerResult<unknown>>)[]): Promise<LedgerResult<unknown>[]> {
  const queue = shuffled([...calls, ...calls])
  const answers: LedgerResult<unknown>[] = []
  await Promise.all(
    Array.from({ length: POSTERS }, async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) answers.push(await untilAnswered(next))
    }),
  )
  return answers
}

const codes = (answers: readonly LedgerResult<unknown>[]) =>
  new Set(answers.map((each) => (each.ok ? 'ok' : each.problem.code)))

test('posters at once, repeats and killed connections: every transfer once, all sums zero, what is settled is settled once', async () => {
  const end = new AbortController()
  const killing = killSome(end.signal)
  const storm = fc.assert(
    fc.asyncProperty(plan, async ({ shares, payouts, ends, reversed }) => {
      const enough = payouts.map((_, index) => share(uuidv7(Date.now()), (index % HOLDERS) + 1, 5n))
      const batches = [...shares, ...enough.map((each) => [each])]
      const entered = await everyone(batches.map((batch) => () => postTransfers(finance, shuffled(batch))))
      expect(codes(entered)).toEqual(new Set(['ok']))
      // The same ids with other contents, beside transfers that are new.
      const forged = await everyone(
        shares.map(
          ([first]) =>
            () =>
              postTransfers(finance, [share(uuidv7(Date.now()), 1, 1n), forge(first)]),
        ),
      )
      expect(codes(forged)).toEqual(new Set(['conflict']))
      expect(codes(await everyone(payouts.map((each) => () => postTransfers(finance, [each]))))).toEqual(
        new Set(['ok']),
      )
      const settle = (how: (end: Plan['ends'][number]) => boolean) =>
        everyone(
          payouts.flatMap((each, index) =>
            how(ends[index] ?? 'none') ? settlementsOf(each, ends[index] ?? 'none') : [],
          ),
        )
      const settled = await settle((end) => end === 'both')
      for (const code of codes(settled)) expect(['ok', 'settled-already']).toContain(code)
      // In one way alone, a repeat is the same and no second.
      for (const code of codes(await settle((end) => end !== 'both'))) expect(code).toBe('ok')
      const back = { period: MONTHS.november, reason: 'a test' }
      const taken = reversed.map(
        ({ transferId }) =>
          () =>
            reverse(finance, { earlierId: transferId, ...back }),
      )
      for (const code of codes(await everyone(taken))) expect(code).toBe('ok')
      await isWhole({ shares: [...shares.flat(), ...enough], payouts, ends, reversed })
    }),
    { numRuns: 6, endOnFailure: true },
  )
  await storm.finally(() => end.abort())
  // Else nothing of this was tried.
  expect(await killing).toBeGreaterThan(5)
})

function forge(transfer: Transfer | undefined): Transfer {
  const { transferId, postings } = transfer ?? share('', 1, 1n)
  return share(transferId, 1, (postings[0]?.amountMicros ?? 0n) + 1n)
}

function settlementsOf({ transferId }: Transfer, end: Plan['ends'][number]) {
  const follower: Follower = { earlierId: transferId, period: MONTHS.november }
  const calls = {
    post: () => postPending(finance, [follower]),
    void: () => voidTransfer(finance, follower),
  }
  if (end === 'none') return []
  return end === 'both' ? [calls.post, calls.void] : [calls[end]]
}

interface Expected extends Omit<Plan, 'shares'> {
  readonly shares: readonly Transfer[]
}

async function isWhole({ shares, payouts, ends, reversed }: Expected): Promise<void> {
  const { admin } = world
  const unbalanced = await admin.query(
    `SELECT transfer_id FROM ledger_postings GROUP BY transfer_id, currency HAVING sum(amount_micros) <> 0
     UNION ALL
     SELECT transfer_id FROM ledger_transfers t WHERE posting_count <> (SELECT count(*) FROM ledger_postings p WHERE p.transfer_id = t.transfer_id)`,
  )
  expect(unbalanced.rows).toEqual([])
  const given = [...shares, ...payouts]
  const { rows } = await admin.query<{ transfer_id: string; credit: string }>(
    `SELECT transfer_id, sum(-amount_micros) FILTER (WHERE amount_micros < 0) AS credit FROM ledger_postings
      WHERE transfer_id = ANY ($1) GROUP BY transfer_id ORDER BY transfer_id`,
    [given.map(({ transferId }) => transferId)],
  )
  const expected = given
    .map(
      ({ transferId, postings }) =>
        [transferId, postings.find(({ amountMicros }) => amountMicros > 0n)?.amountMicros] as const,
    )
    .sort(([a], [b]) => (a < b ? -1 : 1))
  expect(rows.map(({ transfer_id, credit }) => [transfer_id, BigInt(credit)])).toEqual(expected)

  const followers = await admin.query<{ earlier: string; statuses: string[] }>(
    `SELECT coalesce(pending_id, reversal_of) AS earlier, array_agg(status) AS statuses FROM ledger_transfers
      WHERE coalesce(pending_id, reversal_of) = ANY ($1) GROUP BY 1`,
    [given.map(({ transferId }) => transferId)],
  )
  const found = new Map(followers.rows.map(({ earlier, statuses }) => [earlier, statuses]))
  const may = { post: ['posted'], void: ['voided'], both: ['posted', 'voided'], none: [undefined] }
  for (const [index, { transferId }] of payouts.entries()) {
    const statuses = found.get(transferId) ?? []
    expect(statuses.length).toBe(ends[index] === 'none' ? 0 : 1)
    expect(may[ends[index] ?? 'none']).toContain(statuses[0])
  }
  for (const { transferId } of reversed) expect(found.get(transferId)).toEqual(['posted'])
}
