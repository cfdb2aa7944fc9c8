/** Owns `segue export`: the copy of his own data that a listener asked for, as one JSON file that nobody else reads. */

import { Command } from 'commander'
import { readEnv } from '../../runtime/env.ts'
import { writePrivateFile } from '../../stack/private-file.ts'
import { StackProblem } from '../../stack/problem.ts'
import { masterKeysConfig } from '../config.ts'
import { createLocalMasterKeys } from '../local-master-keys.ts'
import { exportAccount } from './export-account.ts'
import { isKnown } from './is-known.ts'
import { withStores } from './with-stores.ts'

export function exportCommand(): Command {
  return new Command('export')
    .description('write all that is kept of a listener into a file, for him to have')
    .argument('<account>', 'the `sub` of his tokens')
    .requiredOption('--out <file>', 'JSON, readable by you alone')
    .action(async (account: string, { out }: { readonly out: string }) => {
      const masterKeys = createLocalMasterKeys(readEnv(process.env, (read) => masterKeysConfig(read)))
      await withStores(async (stores) => {
        if (!(await isKnown(stores, account))) throw new StackProblem(`there is nothing under the account ${account}`)
        const data = await exportAccount(stores, masterKeys, account)
        await writePrivateFile(out, `${JSON.stringify(data, null, 2)}\n`)
        const rows = Object.values({ ...data.tables, ...data.played, ...data.remembered }).reduce(
          (sum, { length }) => sum + length,
          0,
        )
        console.log(`${out}: ${Object.keys(data.names).length} names and ${rows} rows`)
      })
    })
}
