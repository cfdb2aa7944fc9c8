/** Owns `segue keys`: which master key wraps how many data keys, and the rotation to the current one. */

import { Command } from 'commander'
import { wholeNumber } from '../cli/whole-number.ts'
import type { Pool } from '../postgres/client.ts'
import { postgresConfig } from '../postgres/config.ts'
import { withPool } from '../postgres/with-pool.ts'
import { readEnv } from '../runtime/env.ts'
import { StackProblem } from '../stack/problem.ts'
import { masterKeysConfig } from './config.ts'
import { createLocalMasterKeys } from './local-master-keys.ts'
import { MasterKeyProblem, type MasterKeys } from './master-keys.ts'
import { countByMasterKey, rewrapKeys, wrapsSince } from './rewrap.ts'

export function keysCommand(): Command {
  return new Command('keys').description('the keys by which what names a listener is sealed').addCommand(
    new Command('rewrap')
      .description(
        'wrap every data key by the current master key, the first of SEGUE_MASTER_KEYS; may be killed and run again',
      )
      .option('--dry-run', 'say how many are to be wrapped anew, and do nothing')
      .option(
        '--due-after <days>',
        'end with 1 when the current master key has wrapped for longer, and the next is due',
        wholeNumber(1),
      )
      .addHelpText(
        'after',
        '\nTo rotate: put a new key first, as SEGUE_MASTER_KEYS=new=…,old=…; run this; then leave the old one out, and destroy it.' +
          '\nWith it goes whatever copies of data keys logs and backups hold from before.',
      )
      .action(rewrap),
  )
}

interface Flags {
  readonly dryRun?: true
  readonly dueAfter?: number
}

async function rewrap({ dryRun, dueAfter }: Flags): Promise<void> {
  const { postgres, keys } = readEnv(process.env, (read) => ({
    postgres: postgresConfig(read, 'admin'),
    keys: masterKeysConfig(read),
  }))
  const masterKeys = createLocalMasterKeys(keys)
  await withPool(postgres.url, { applicationName: 'segue-keys' }, async (pool) => {
    const before = await countByMasterKey(pool)
    for (const [name, n] of before)
      console.log(`${name}${name === masterKeys.current ? ', the current one,' : ''} wraps ${n}`)
    const due = [...before].reduce((sum, [name, n]) => sum + (name === masterKeys.current ? 0 : n), 0)
    if (dryRun === true) return console.log(`${due} would be wrapped by ${masterKeys.current}`)
    try {
      const done = await rewrapKeys(pool, masterKeys, (n) => console.log(`${n}/${due}`))
      console.log(`${done} wrapped anew: ${masterKeys.current} wraps all, and no other is needed`)
    } catch (cause) {
      if (!(cause instanceof MasterKeyProblem)) throw cause
      throw new StackProblem(`${cause.message}; what was wrapped anew stays so, run this again`, cause)
    }
    if (dueAfter !== undefined) await refuseWhenDue(pool, masterKeys, dueAfter)
  })
}

const DAY_MS = 86_400_000

async function refuseWhenDue(pool: Pool, { current }: MasterKeys, dueAfterDays: number): Promise<void> {
  const since = await wrapsSince(pool, current)
  if (since === undefined || Date.now() - since.getTime() <= dueAfterDays * DAY_MS) return
  throw new StackProblem(
    `the master key ${current} wraps since ${since.toISOString().slice(0, 10)}, longer than ${dueAfterDays} days: put a new one first in SEGUE_MASTER_KEYS, and run this again`,
  )
}
