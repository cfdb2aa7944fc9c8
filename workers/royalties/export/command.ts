/** Owns the command line of `segue royalties export`. */

import { Command } from 'commander'
import { month, say, withStores } from '../close/with-stores.ts'
import { exportMonth } from './export-month.ts'

export function exportCommand(): Command {
  return new Command('export')
    .description(
      'look at the hashes of what was written about a closed month, and put what is missing into the store again',
    )
    .argument('<YYYY-MM>', 'a month that was closed', month)
    .action((wanted: string) =>
      withStores((stores) => exportMonth(stores, wanted, (done) => say(`${wanted}: ${done}`))),
    )
}
