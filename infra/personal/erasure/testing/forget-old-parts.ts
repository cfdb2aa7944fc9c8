/** Owns how soon ClickHouse deletes the files of parts that were written anew, where a test looks for them. */

import type { ClickHouseClient } from '../../../clickhouse/client.ts'

/** Within a quarter of an hour, else: whoever looks for them sleeps the longer the less he finds. */
const SOON =
  'old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1'

export async function forgetOldPartsSoon(clickhouse: ClickHouseClient): Promise<void> {
  for (const table of ['playback_events', 'streams']) {
    // Who deletes old parts may be in a sleep that began before: it begins anew with the table.
    for (const query of [
      `ALTER TABLE ${table} MODIFY SETTING ${SOON}`,
      `DETACH TABLE ${table}`,
      `ATTACH TABLE ${table}`,
    ])
      await clickhouse.command({ query })
  }
}
