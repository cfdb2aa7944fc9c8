/**
 * Owns what a sales report says of minimums: SY04.01 tells what a minimum by subscriber is reckoned from, SY05.02 what a minimum
 * adds to the contract's part of the pool, which SY02.02 has.
 */

import { microText } from '../statements/amount-text.ts'
import type { ReportedContract } from './dsr-file.ts'
import type { Cells } from './dsr-line.ts'
import { RIGHTS_TYPE, type SalesContext } from './sales-context.ts'

/** All that is played is music. */
const MUSIC_PERCENTAGE = 100

export function minimumSummaries(
  contracts: readonly ReportedContract[],
  firstId: number,
  context: SalesContext,
): Cells[] {
  const bySubscriber = contracts.find(
    ({ contract, subscribers }) => contract.minimumPerSubscriber !== '0' && subscribers > 0 && context.isSubscribed,
  )
  const records = [
    // What the service has does not differ by contract: it is told once.
    ...(bySubscriber === undefined ? [] : [(id: number) => subscribersOf(bySubscriber, id, context)]),
    ...contracts
      .filter(({ minimumMicros }) => minimumMicros > 0n)
      .map((one) => (id: number) => addedTo(one, id, context)),
  ]
  return records.map((record, index) => record(firstId + index))
}

function subscribersOf(
  { pool, subscribers }: ReportedContract,
  id: number,
  { channel, sales, territory, tier }: SalesContext,
): Cells {
  return [
    'SY04.01',
    id,
    ...channel,
    ...sales,
    territory,
    tier,
    tier,
    subscribers,
    '',
    '',
    '',
    '',
    pool.currency,
    '',
    '',
    microText(pool.netRevenueMicros / BigInt(subscribers)),
    microText(pool.netRevenueMicros),
    MUSIC_PERCENTAGE,
  ]
}

function addedTo(
  { contract, pool, minimumMicros, tracks }: ReportedContract,
  id: number,
  { channel, sales, territory, tier }: SalesContext,
): Cells {
  return [
    'SY05.02',
    id,
    ...channel,
    ...sales,
    territory,
    tier,
    '',
    '',
    RIGHTS_TYPE[contract.rights],
    pool.streams,
    tracks.reduce((sum, { streams }) => sum + streams, 0),
    '',
    '',
    microText(minimumMicros),
    '',
    contract.currency,
    '',
    '',
    '',
    '',
    '',
    contract.number,
    '',
  ]
}
