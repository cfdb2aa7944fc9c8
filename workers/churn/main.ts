/** Owns the command `segue churn`: fitting the weights of the forecast, and measuring it against recency alone. */

import { Command, InvalidArgumentError } from 'commander'
import { clickhouseConfig } from '../../infra/clickhouse/config.ts'
import { withScratchDatabase } from '../../infra/clickhouse/scratch-database.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { withScratchServers } from '../../infra/stack/scratch-servers.ts'
import { bestThresholds, compare } from './comparison.ts'
import { fitWeights } from './fit.ts'
import { FEATURES, type Forecast, forecastsOf } from './forecasts.ts'
import { THRESHOLDS } from './thresholds.ts'

interface Flags {
  readonly from: number
  readonly to: number
  readonly accounts: number
}

const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 on is wanted')
  return value
}

const program = new Command('segue churn').description('who is about to churn, seen through skips').showHelpAfterError()
const over = (name: string, description: string) =>
  program
    .command(name)
    .description(description)
    .requiredOption('--from <seed>', 'the first seed', whole)
    .requiredOption('--to <seed>', 'the last seed', whole)
    .option('--accounts <n>', 'listeners a seed', whole, 400)

over('fit', 'fit the weights of infra/questions/churn.sql on generated listeners, and print them').action(
  async (flags: Flags) => {
    const forecasts = await generated(flags)
    const weights = fitWeights(forecasts)
    console.log(['once', ...FEATURES].map((name, i) => `${name}: ${weights[i]?.toFixed(3)}`).join('\n'))
    console.log(`thresholds, by the weights that the question has now: ${JSON.stringify(bestThresholds(forecasts))}`)
  },
)
over('compare', 'measure the forecast, and recency alone, on listeners of other seeds than it was fitted on').action(
  async (flags: Flags) => {
    const forecasts = await generated(flags)
    const churned = forecasts.filter((one) => one.churned).length
    console.log(`${forecasts.length} listeners, ${churned} churned\n`)
    console.log('| forecast by | called from | precision | recall | PR-AUC |\n|---|---|---|---|---|')
    for (const { method, from, precision, recall, prAuc } of compare(forecasts, THRESHOLDS))
      console.log(
        `| ${[method, from, ...[precision, recall, prAuc].map((one) => one?.toFixed(3) ?? '-')].join(' | ')} |`,
      )
  },
)

async function generated({ from, to, accounts }: Flags): Promise<Forecast[]> {
  return await withScratchServers('servers', {}, (env) =>
    withScratchDatabase(readEnv(env, clickhouseConfig), 'segue_churn', async (client) => {
      const all: Forecast[] = []
      for (let seed = from; seed <= to; seed += 1) all.push(...(await forecastsOf(client, seed, accounts, Date.now())))
      return all
    }),
  )
}

await program.parseAsync()
