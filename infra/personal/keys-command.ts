/** Owns `segue keys`: which master key wraps how many data keys, and the rotation to the current one. */

import { Command } from 'commander'
import { postgresConfig } from '../postgres/config.ts'
import { withPool } from '../postgres/with-pool.ts'
import { readEnv } from '../runtime/env.ts'
import { StackProblem } from '../stack/problem.ts'
import { masterKeysConfig } from './config.ts'
import { createLocalMasterKeys } from './local-master-keys.ts'
import { MasterKeyProblem } from './master-keys.ts'
import { countByMasterKey, rewrapKeys } from './rewrap.ts'

export function keysCommand(): Command {
  return new Command('keys').description('the keys by which what names a listener is sealed').addCommand(
    new Command('rewrap')
      .description(
        'wrap every data key by the current master key, the first of SEGUE_MASTER_KEYS; may be killed and run again',
      )
      .option('--dry-run', 'say how many are to be wrapped anew, and do nothing')
      .addHelpText(
        'after',
        '\nTo rotate: put a new key first, as SEGUE_MASTER_KEYS=new=…,old=…; run this; then leave the old one out, and destroy it.' +
          '\nWith it goes whatever copies of data keys logs and backups hold from before.',
      )
      .action(rewrap),
  )
}

async function rewrap({ dryRun }: { readonly dryRun?: true }): Promise<void> {
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
  })
}
