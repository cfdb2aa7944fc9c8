/** Owns `segue retention`: the job that holds ClickHouse to how long it keeps what. */

import { Command } from 'commander'
import { readEnv } from '../runtime/env.ts'
import { StackProblem } from '../stack/problem.ts'
import { createClickHouse } from './client.ts'
import { clickhouseConfig } from './config.ts'
import { applyRetention, forgetOverdue, retentionConfig } from './retention.ts'

export function retentionCommand(): Command {
  const kept = [...readEnv({}, retentionConfig).days].map(([table, days]) => `  ${table}: ${days} days`)
  return new Command('retention')
    .description('hold ClickHouse to how long it keeps what, and forget what is overdue')
    .addHelpText('after', `\nKept, unless SEGUE_KEEP_…_DAYS says otherwise:\n${kept.join('\n')}`)
    .action(retention)
}

async function retention(): Promise<void> {
  const { days } = readEnv(process.env, retentionConfig)
  const config = readEnv(process.env, clickhouseConfig)
  const client = createClickHouse(config, { application: 'segue-retention' })
  try {
    const changed = await applyRetention(client, days)
    const forgotten = await forgetOverdue(client, days)
    for (const table of changed) console.log(`${table}: kept for ${days.get(table)} days from now on`)
    for (const [table, rows] of forgotten) console.log(`${table}: ${rows} rows forgotten`)
    if (changed.length + forgotten.size === 0) console.log('nothing is overdue')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message || String(cause) : String(cause)
    throw new StackProblem(
      `ClickHouse at ${new URL(config.url.reveal()).host} could not forget: ${why}; when it answers again, run this again`,
      cause,
    )
  } finally {
    await client.close()
  }
}
