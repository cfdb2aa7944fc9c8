/** Owns reading a month from PostgreSQL as it is at one instant, into the file that it is reckoned from. */

import { readFileSync } from 'node:fs'
import { inTransaction, type Pool, type PoolClient } from '../../../infra/postgres/client.ts'
import { byBytes } from '../reckoning/byte-order.ts'
import { copiedStreams } from './copied-streams.ts'
import type { Findings } from './findings.ts'
import { type FrozenFile, writeFrozen } from './frozen-file.ts'
import type {
  Contract,
  Cover,
  Doubt,
  Flagged,
  FrozenMonth,
  PoolCurrency,
  Rate,
  Terms,
  Track,
  Year,
} from './frozen-month.ts'
import { monthSpan } from './month-span.ts'
import { Rates } from './rates.ts'
import { type AccountRevenue, type Heard, revenueOf } from './revenue.ts'

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8')

/** What PostgreSQL may take to group the streams of a month by a million listeners, before it goes to the disk. */
const GROUPED_IN = '256MB'

export interface Snapshot {
  readonly file: FrozenFile
  /** Refunds beyond what their payers paid, in the month or at all, by currency. */
  readonly refundsBorne: ReadonlyMap<string, bigint>
}

export interface SnapshotOptions {
  readonly month: string
  /** After it nothing belongs to the month any more. */
  readonly until: Date
  /** The file that is written. */
  readonly path: string
  /** What is amiss goes here. */
  readonly findings: Findings
  /** False: everything but the streams, to compare with. */
  readonly withStreams?: boolean
}

export function takeSnapshot(pool: Pool, options: SnapshotOptions): Promise<Snapshot> {
  return inTransaction(pool, async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
    await client.query(`SET LOCAL work_mem = '${GROUPED_IN}'`)
    return await read(client, options)
  })
}

async function read(client: PoolClient, options: SnapshotOptions): Promise<Snapshot> {
  const { month, until, path, findings, withStreams = true } = options
  const { firstDay, nextDay } = monthSpan(month)
  const rows = async <Row extends object>(name: string, ...values: unknown[]) =>
    (await client.query<Row>(sql(name), values)).rows
  const tracks = await rows<{ isrc: string; day: string }>('heard', firstDay, until)
  const isrcs = tracks.map(({ isrc }) => isrc)
  const [fromDay = firstDay] = [firstDay, ...tracks.map(({ day }) => day)].sort()
  const terms = (await rows<Terms & { credibility: Terms['credibility'] | null }>('terms', firstDay)).map(
    ({ credibility, ...rest }): Terms =>
      credibility === null || credibility === undefined ? rest : { ...rest, credibility },
  )
  const rate = await rows<Rate>('rates', firstDay)
  const contract = await rows<Contract>('contracts', isrcs, fromDay, nextDay)
  const cover = await rows<Cover>('covers', isrcs, fromDay, nextDay)
  const advance = await rows<FrozenMonth['advance'][number]>('advances', firstDay, nextDay)
  const carried = await rows<FrozenMonth['carried'][number]>('carried', firstDay)
  const holders = [
    ...contract.flatMap(({ licensor, parties }) => [licensor, ...parties.map(({ holder }) => holder)]),
    ...advance.map(({ holder }) => holder),
    ...carried.map(({ holder }) => holder),
  ]
  const prices = await rows<PoolCurrency>('prices', firstDay)
  const heard = await rows<Heard>('heard-by', firstDay, until)
  const { accounts, revenue, pools, refundsBorne } = await revenueRows(rows, {
    firstDay,
    until,
    prices,
    heard,
    rate,
    findings,
  })
  const wantsYear = terms.some(({ eligibleStreams }) => eligibleStreams !== null)
  const header: FrozenMonth = {
    month,
    terms,
    rate,
    holder: await rows('holders', [...new Set(holders)]),
    contract,
    cover,
    track: await rows<Track>('tracks', [...new Set(cover.map(({ isrc }) => isrc))]),
    advance,
    carried,
    year: wantsYear ? await rows<Year>('years', firstDay, until) : [],
    pool: pools,
    revenue,
    flagged: await rows<Flagged>('flagged', firstDay, until),
    doubt: await doubtRows(rows, terms, accounts, firstDay, until),
  }
  const statement = sql('streams')
  const streams = withStreams ? copiedStreams({ client, statement, firstDay, until, accounts, findings }) : none()
  const file = await writeFrozen(path, header, streams)
  return { file, refundsBorne }
}

/** What listeners did is asked where some terms ask it, from the least limit on. */
async function doubtRows(
  rows: Rows,
  terms: readonly Terms[],
  accounts: ReadonlyMap<string, number>,
  ...month: readonly [firstDay: string, until: Date]
): Promise<Doubt[]> {
  const doubts: Doubt[] = []
  for (const [reason, statement] of [
    ['bot', 'bots'],
    ['looped', 'loops'],
  ] as const) {
    const limits = terms.flatMap(({ credibility = [] }) => credibility.filter((one) => one.reason === reason))
    if (limits.length === 0) continue
    const least = Math.min(...limits.map(({ limit }) => limit))
    for (const { account, ...did } of await rows<Omit<Doubt, 'reason' | 'listener'> & { account: string }>(
      statement,
      ...month,
      least,
    ))
      doubts.push({ reason, listener: accounts.get(account) as number, ...did })
  }
  return doubts
}

interface RevenueInput {
  readonly firstDay: string
  readonly until: Date
  readonly prices: readonly PoolCurrency[]
  readonly heard: readonly Heard[]
  readonly rate: readonly Rate[]
  readonly findings: Findings
}

type Rows = <Row extends object>(name: string, ...values: unknown[]) => Promise<Row[]>

async function revenueRows(rows: Rows, { firstDay, until, prices, heard, rate, findings }: RevenueInput) {
  const exact = <Row extends { micros: string }>(list: readonly Row[]) =>
    list.map((row) => ({ ...row, micros: BigInt(row.micros) }))
  interface PaidRow extends PoolCurrency {
    subscription: string
    account: string
    micros: string
  }
  const paid = exact(await rows<PaidRow>('paid', firstDay, until))
  const beyond = exact(await rows<{ currency: string; micros: string }>('refunds-beyond', firstDay, until))
  const members = await rows<{ subscription: string; accounts: string[] }>('members', firstDay)
  const currencies = new Map(paid.map(({ territory, tier, currency }) => [`${territory} ${tier}`, currency]))
  for (const { territory, tier, currency } of prices) currencies.set(`${territory} ${tier}`, currency)
  const currencyOf = (territory: string, tier: string) => currencies.get(`${territory} ${tier}`)
  const { revenue, borne } = revenueOf(
    {
      paid,
      members: new Map(members.map((one) => [one.subscription, one.accounts])),
      advertising: exact(await rows<PoolCurrency & { micros: string }>('advertising', firstDay, until)),
      heard,
      currencyOf,
    },
    new Rates(rate),
    findings,
  )
  for (const { currency, micros } of beyond) borne.set(currency, (borne.get(currency) ?? 0n) + micros)
  const accounts = numbered([...revenue, ...heard])
  const named = new Map<string, PoolCurrency>()
  for (const { territory, tier } of [...revenue, ...heard]) {
    const currency = currencyOf(territory, tier)
    if (currency === undefined) findings.add('no-currency', `nothing says the currency of ${territory}, ${tier}`)
    else named.set(`${territory} ${tier}`, { territory, tier, currency })
  }
  return {
    accounts,
    pools: [...named.values()],
    refundsBorne: borne,
    revenue: revenue.map(({ account, territory, tier, micros }: AccountRevenue) => ({
      listener: accounts.get(account) as number,
      territory,
      tier,
      micros: String(micros),
    })),
  }
}

/** Accounts by their bytes, from 1 on: nothing that is frozen names a person. */
function numbered(rows: readonly { readonly account: string }[]): ReadonlyMap<string, number> {
  const sorted = [...new Set(rows.map(({ account }) => account))].sort(byBytes)
  return new Map(sorted.map((account, index) => [account, index + 1]))
}

async function* none(): AsyncGenerator<never> {}
