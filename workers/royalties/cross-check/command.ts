/** Owns the command line of `segue royalties cross-check`. */

import { Command } from 'commander'
import { createClickHouse } from '../../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../../infra/clickhouse/config.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import { month, say, withStores } from '../close/with-stores.ts'
import { crossCheck } from './cross-check.ts'

export function crossCheckCommand(): Command {
  return new Command('cross-check')
    .description(
      'compare what ClickHouse, PostgreSQL, the ledger and the sales reports count of a closed month; exit code 1 where they differ',
    )
    .argument('<YYYY-MM>', 'a month that was closed', month)
    .action((wanted: string) =>
      withStores(async (stores) => {
        const clickhouse = createClickHouse(readEnv(process.env, clickhouseConfig), { application: 'segue-royalties' })
        try {
          const checked = await crossCheck({ ...stores, clickhouse }, wanted)
          if (checked.status === 'agree') say(`${wanted}: all agree, to the stream and to the micro-unit`)
          return checked
        } finally {
          await clickhouse.close()
        }
      }),
    )
}
