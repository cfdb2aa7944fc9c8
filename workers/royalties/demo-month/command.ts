/** Owns the command line of `segue royalties demo-month`. */

import { Command } from 'commander'
import { wholeNumber } from '../../../infra/cli/whole-number.ts'
import { kafkaConfig } from '../../../infra/kafka/config.ts'
import { createPlaybackLog } from '../../../infra/kafka/producer.ts'
import { postgresConfig } from '../../../infra/postgres/config.ts'
import { withPool } from '../../../infra/postgres/with-pool.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import { createLogger } from '../../../infra/runtime/log.ts'
import { monthSpan } from '../close/month-span.ts'
import { month, say, withStores } from '../close/with-stores.ts'
import { makeDemoMonth } from './demo-month.ts'

export function demoMonthCommand(): Command {
  return new Command('demo-month')
    .description('have the people of the demo listen for a month that is over, so that it can be closed')
    .argument('<YYYY-MM>', 'the month before this one, or of the demo before it', month)
    .option('--streams <n>', 'that count', wholeNumber(1, 1_000_000), 600)
    .action((wanted: string, { streams }: { streams: number }) =>
      withStores(async ({ pool }) => {
        const config = readEnv(process.env, (read) => ({
          kafka: kafkaConfig(read, 'gateway'),
          maintenance: postgresConfig(read, 'maintenance'),
        }))
        await withPool(config.maintenance.url, { applicationName: 'segue-demo-month' }, (tender) =>
          tender.query(`SELECT make_month_partition('royalty_streams', $1)`, [monthSpan(wanted).firstDay]),
        )
        const log = createPlaybackLog(config.kafka, 'segue-demo-month', createLogger('demo-month', 'warn'))
        try {
          const made = await makeDemoMonth(pool, log, wanted, streams, (done) => say(`${wanted}: ${done}`))
          return { month: wanted, streams: made, next: `npm run segue -- royalties close ${wanted}` }
        } finally {
          await log.stop()
        }
      }),
    )
}
