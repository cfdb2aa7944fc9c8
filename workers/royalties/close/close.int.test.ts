/** Owns the tests of the close on real servers: what it posts and writes, and that it may be killed anywhere. */

import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { addStreams, CONTRACTS, HOLDERS, type WorldStream } from '../testing/close-world.ts'
import { createWorld, endWorld, left, MONTH, NEXT, type World } from '../testing/closing-world.ts'
import { dsrProblems } from '../testing/dsr-validator.ts'
import {
  closedLines,
  counted,
  enterOtherRules,
  isLooped,
  isOfBot,
  isOften,
  LATE,
  LOOPED,
  loop,
  OF_NEXT,
  OFTEN,
  slowLines,
} from '../testing/other-rules.ts'
import { pdfText } from '../testing/pdf-text.ts'
import { royalties } from '../testing/royalties-process.ts'
import { monthSpan } from './month-span.ts'

const stack = inject('stackEnv')

let undisturbed: World
beforeAll(async () => {
  undisturbed = await createWorld(stack, 'segue_close_a')
})
afterAll(async () => await endWorld(undisturbed))

async function bytesOf(key: string): Promise<Buffer> {
  const object = await undisturbed.reports.get(key)
  if (object === undefined) throw new Error(`${key} is not there`)
  return await buffer(object)
}

describe('a month that is right', () => {
  test('is closed: what is paid adds up to the pools, and the ledger to zero', async () => {
    const { code, answer, stderr } = await royalties(undisturbed.env, ['close', MONTH])
    expect(code, stderr).toBe(0)
    expect(answer).toMatchObject({ status: 'closed', month: MONTH, late_streams: 0 })
    const { admin } = undisturbed
    const { rows: sums } = await admin.query(
      'SELECT currency, sum(amount_micros)::text AS sum FROM ledger_postings GROUP BY 1',
    )
    expect(sums.every(({ sum }) => sum === '0')).toBe(true)
    const { rows: streams } = await admin.query(
      `SELECT (SELECT count(*) FROM royalty_streams WHERE counted)::int AS counted, (SELECT sum(streams) FROM royalty_pools WHERE rights = 'recording')::int AS recordings`,
    )
    expect(streams[0]?.recordings).toBe(streams[0]?.counted)
    expect(answer.streams).toBe(streams[0]?.counted)
    const { rows: held } = await admin.query(
      `SELECT count(*)::int AS payouts FROM ledger_transfers WHERE kind = 'payout' AND status = 'pending'`,
    )
    // The author gave no tax reference.
    expect(held[0]?.payouts).toBe(3)
    const { rows: recouped } = await admin.query(`SELECT 1 FROM ledger_transfers WHERE kind = 'recoupment'`)
    expect(recouped).toHaveLength(1)
    const { rows: reports } = await admin.query<{ key: string }>(
      `SELECT object_key AS key FROM royalty_files WHERE kind = 'dsr'`,
    )
    expect(reports.length).toBeGreaterThan(3)
    for (const { key } of reports) {
      const text = (await bytesOf(key)).toString()
      expect(dsrProblems(key.split('/').at(-1) ?? '', text)).toEqual([])
      expect(gunzipSync(await bytesOf(`${key}.gz`)).toString()).toBe(text)
    }
    const { rows: minimum } = await admin.query(
      `SELECT DISTINCT contract_id FROM royalty_lines WHERE kind = 'minimum' AND amount_micros > 0`,
    )
    expect(minimum).toEqual([{ contract_id: CONTRACTS.own }])
  })

  test('has statements whose pages say the number and the sum of the CSV, and the payout of the ledger', async () => {
    const { admin } = undisturbed
    const { rows } = await admin.query<{ key: string; holder: string; currency: string; paid: string }>(
      `SELECT f.object_key AS key, holder_id AS holder, h.pay_currency AS currency,
              coalesce((SELECT -sum(e.amount_micros) FROM ledger_entries e WHERE e.kind = 'payout' AND e.account_kind <> 'payable' AND e.transfer_id IN (
                SELECT transfer_id FROM ledger_entries p WHERE p.kind = 'payout' AND p.holder_id = h.holder_id AND p.account_kind = 'payable')), 0)::text AS paid
         FROM royalty_files f JOIN rights_holders h USING (holder_id) WHERE f.kind = 'statement-pdf' ORDER BY 2`,
    )
    expect(rows.map(({ holder }) => holder)).toEqual(Object.values(HOLDERS))
    for (const { key, currency, paid } of rows) {
      const lines = pdfText(await bytesOf(key)).map((text) => text.replaceAll('\u202f', ''))
      const csv = parse(await bytesOf(key.replace(/pdf$/, 'csv')), { columns: true }) as Record<string, string>[]
      const earned = csv
        .filter(({ kind }) => kind === 'share' || kind === 'minimum')
        .reduce((sum, { paid_micros = '' }) => sum + BigInt(paid_micros), 0n)
      expect(csv[0]?.statement).toMatch(new RegExp(`^${MONTH}-[0-9A-F]{8}$`))
      expect(lines[0]).toBe(`Segue\t${csv[0]?.statement}`)
      expect(lines).toContain(`Earned in ${MONTH}\t${decimal(earned, 6)} ${currency}`)
      const decimals = { EUR: 2, JPY: 0, KWD: 3 }[currency] ?? 0
      const payout = BigInt(paid) / 10n ** BigInt(6 - decimals)
      expect(lines.some((one) => one.endsWith(`\t${decimal(payout, decimals)} ${currency}`))).toBe(true)
      expect(lines).toContain(`Paid out\t${payout === 0n ? '' : '-'}${decimal(BigInt(paid), 6)} ${currency}`)
    }
    // The author gave no tax reference.
    expect(rows.filter(({ paid }) => paid === '0').map(({ holder }) => holder)).toEqual([HOLDERS.author])

    function decimal(units: bigint, decimals: number): string {
      const digits = String(units).padStart(decimals + 1, '0')
      return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
    }
  })

  test('names no listener in anything that it writes', async () => {
    const all = async (sql: string) => (await undisturbed.admin.query(sql)).rows.map(({ text }) => String(text))
    const listeners = await all('SELECT listener_id AS text FROM royalty_streams UNION SELECT user_id::text FROM users')
    for (const key of await all('SELECT object_key AS text FROM royalty_files')) {
      const bytes = await bytesOf(key)
      const text = key.endsWith('.pdf')
        ? pdfText(bytes).join('\n')
        : (key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
      expect([key, listeners.filter((id) => text.includes(id))]).toEqual([key, []])
      expect(text.length, key).toBeGreaterThan(100)
    }
  })

  test('is closed once: again there is nothing to do, and nothing changes', async () => {
    const before = await left(undisturbed)
    const { code, answer, stderr } = await royalties(undisturbed.env, ['close', MONTH])
    expect(stderr).toContain('there is nothing to do')
    expect(answer).toMatchObject({ status: 'nothing to do' })
    expect(code).toBe(0)
    expect(await left(undisturbed)).toEqual(before)
  })

  test('is the same month when a payer has moved since, and a listener was erased', async () => {
    const { admin, env } = undisturbed
    const before = await left(undisturbed)
    // Everybody moves, and the first account by its bytes becomes the last: all are numbered otherwise.
    await admin.query(`UPDATE users SET country = CASE country WHEN 'US' THEN 'DE' ELSE 'US' END`)
    const { rows } = await admin.query<{ account: string }>('SELECT min(account_id COLLATE "C") AS account FROM users')
    const rename = async (from: string, to: string) => {
      await admin.query('UPDATE users SET account_id = $2 WHERE account_id = $1', [from, to])
      await admin.query('UPDATE royalty_streams SET listener_id = $2 WHERE listener_id = $1', [from, to])
    }
    const [account, erased] = [rows[0]?.account ?? '', 'zz-erased']
    await rename(account, erased)
    const { code, answer, stderr } = await royalties(env, ['close', MONTH])
    await rename(erased, account)
    expect(answer, stderr).toMatchObject({ status: 'nothing to do' })
    expect(code).toBe(0)
    expect(await left(undisturbed)).toEqual(before)
  })

  test('is not closed by other inputs', async () => {
    const { admin, env } = undisturbed
    await admin.query(`UPDATE fx_rates SET rate_num = 17051 WHERE quote = 'JPY' AND month = $1`, [
      monthSpan(MONTH).firstDay,
    ])
    const { code, answer } = await royalties(env, ['close', MONTH])
    await admin.query(`UPDATE fx_rates SET rate_num = 17050 WHERE quote = 'JPY' AND month = $1`, [
      monthSpan(MONTH).firstDay,
    ])
    expect(answer).toMatchObject({
      findings: [
        {
          name: 'closed-by-other-inputs',
          what: expect.stringContaining(
            'another rate (EUR to JPY is 17051/100 from made up and was 17050/100 from made up)',
          ),
        },
      ],
    })
    expect(code).toBe(1)
  })

  test('keeps the rates that it was closed with when another is added to it', async () => {
    const { admin, env } = undisturbed
    const before = await left(undisturbed)
    const { firstDay } = monthSpan(MONTH)
    await admin.query(`INSERT INTO fx_rates VALUES ($1, 'CHF', 'EUR', 104, 100, 'made up', $1)`, [firstDay])
    const { code, answer, stderr } = await royalties(env, ['close', MONTH])
    const checked = await royalties(env, ['close', MONTH, '--check'])
    await admin.query(`DELETE FROM fx_rates WHERE month = $1 AND base = 'CHF'`, [firstDay])
    expect(answer, stderr).toMatchObject({ status: 'nothing to do', rates_added: ['CHF to EUR'] })
    expect(stderr).toContain('the rate of CHF to EUR was entered since; the month keeps those')
    expect([code, checked.code]).toEqual([0, 0])
    expect(checked.answer).toEqual(answer)
    expect(await left(undisturbed)).toEqual(before)
  })
})

describe('a close that is killed', () => {
  const STEPS = [
    /nothing is in the way/,
    /the month is closing/,
    /the input is read/,
    /the input is in the store/,
    /the input is frozen/,
    /run pro-rata is started/,
    /has its lines/,
    /run pro-rata is posted/,
    /advances are booked/,
    /earnings are exchanged/,
    /advances are recouped/,
    /payouts are entered/,
    /statements\/.*pdf is written/,
    /dsr\/.*gz is written/,
    /the runs are finished/,
  ]

  test('at each of its steps ends as one that was not, elsewhere and to the byte', { timeout: 600_000 }, async () => {
    const world = await createWorld(stack, 'segue_close_b')
    try {
      for (const step of STEPS) {
        const { code, stderr } = await royalties(world.env, ['close', MONTH], step)
        // After the last one there is so little left that it may be done before the signal comes.
        expect(step === STEPS.at(-1) ? [null, 0] : [null], `${step}: ${stderr}`).toContain(code)
      }
      const { code, stderr } = await royalties(world.env, ['close', MONTH])
      expect(code, stderr).toBe(0)
      expect(await left(world)).toEqual(await left(undisturbed))
    } finally {
      await endWorld(world)
    }
  })
})

describe('the next month', () => {
  test('has the late streams of the one before as adjustments, and what was carried', {
    timeout: 300_000,
  }, async () => {
    const { admin, env } = undisturbed
    await addStreams(admin, OF_NEXT)
    await addStreams(admin, LATE, new Date())
    await enterOtherRules(admin)
    const { code, answer, stderr } = await royalties(env, ['close', NEXT])
    expect(code, stderr).toBe(0)
    const { rows } = await admin.query('SELECT belonged_to::text, entered_in::text, reason FROM royalty_adjustments')
    const late = counted(LATE).length
    expect(answer.late_streams).toBe(late)
    expect(rows).toEqual(
      Array.from({ length: late }, () => ({
        belonged_to: monthSpan(MONTH).firstDay,
        entered_in: monthSpan(NEXT).firstDay,
        reason: 'late',
      })),
    )
    const { rows: owed } = await admin.query(
      `SELECT credit_micros - debit_micros AS micros FROM ledger_balances WHERE kind = 'payable' AND holder_id = $1 AND currency = 'KWD'`,
      [HOLDERS.author],
    )
    expect(Number(owed[0]?.micros)).toBeGreaterThan(0)
  })

  test('is reckoned by its own rules, to the micro-unit: user-centric without loops, artist-centric of what was heard often', async () => {
    const { admin } = undisturbed
    const streams = counted([...OF_NEXT, ...LATE])
    const recordings = { rights: 'recording', model: 'user-centric', share: 52n } as const
    const believed = streams.filter((one) => !isLooped(one))
    const paid = await closedLines(admin, recordings)
    expect(paid.length).toBeGreaterThan(10)
    expect(paid).toEqual(await slowLines(admin, recordings, believed))
    // It makes a difference.
    expect(paid).not.toEqual(await slowLines(admin, recordings, streams))
    const works = { rights: 'composition', model: 'artist-centric', share: 15n } as const
    const often = streams.filter(isOften)
    expect(new Set(often.map(({ isrc }) => isrc))).toEqual(new Set([LOOPED, OFTEN]))
    const paidWorks = await closedLines(admin, works)
    expect(paidWorks.length).toBeGreaterThan(5)
    expect(paidWorks).toEqual(await slowLines(admin, works, often))
    const { rows } = await admin.query(
      `SELECT DISTINCT l.rights, r.model FROM royalty_lines l JOIN royalty_runs r USING (run_id) WHERE r.month = $1 ORDER BY 1`,
      [monthSpan(NEXT).firstDay],
    )
    expect(rows).toEqual([
      { rights: 'composition', model: 'artist-centric' },
      { rights: 'recording', model: 'user-centric' },
    ])
  })

  test('tells why streams weigh nothing: a loop, a track that was heard too seldom, what a player claimed', {
    timeout: 120_000,
  }, async () => {
    interface Told {
      readonly rights: string
      readonly streams_of_line: readonly { readonly id: string; readonly doubt?: string }[]
      readonly reduced: readonly { readonly reason: string; readonly weight: string; readonly streams: number }[]
    }
    const explained = async (stream: WorldStream | undefined, side: string) => {
      const { answer, stderr } = await royalties(undisturbed.env, ['explain', stream?.id ?? ''])
      const of = (rights: string) => (answer.lines as Told[]).find((line) => line.rights === rights)
      return { told: of(side), of, stderr }
    }
    const all = [...OF_NEXT, ...counted(LATE)]
    const { told, of, stderr } = await explained(loop[0], 'recording')
    const doubted = told?.streams_of_line.filter(({ doubt }) => doubt === 'looped').map(({ id }) => id)
    expect(doubted).toEqual(
      counted(all)
        .filter(isLooped)
        .map(({ id }) => id)
        .sort(),
    )
    const ofBot = of('composition')?.streams_of_line.filter(({ doubt }) => doubt === 'bot')
    const { length: botStreams } = counted(all).filter((one) => isOfBot(one) && one.isrc === LOOPED)
    expect(ofBot).toHaveLength(botStreams)
    expect(of('composition')?.reduced).toContainEqual({ reason: 'bot', weight: '1/1', streams: botStreams })
    const claimed = OF_NEXT.filter(({ isrc, flags }) => isrc === LOOPED && flags.length > 0).length
    const flagged = { reason: 'claim-exceeds-elapsed', weight: '0/1', streams: claimed }
    expect(told?.reduced).toEqual([
      ...(claimed === 0 ? [] : [flagged]),
      { reason: 'looped', weight: '0/1', streams: doubted?.length },
    ])
    expect(stderr).toContain('streams of the track weigh 0/1 of what others do: looped')
    const seldom = counted(all).find((one) => !isOften(one))
    const few = counted(all).filter(({ isrc }) => isrc === seldom?.isrc).length
    expect((await explained(seldom, 'composition')).told?.reduced).toContainEqual({
      reason: 'too-few-streams',
      weight: '0/1',
      streams: few,
    })
  })
})
