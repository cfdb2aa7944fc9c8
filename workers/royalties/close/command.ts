/** Owns the command line of `segue royalties close`. */

import { Command } from 'commander'
import { checkMonth, closeMonth } from './close-month.ts'
import { FINDINGS } from './findings.ts'
import { month, say, withStores } from './with-stores.ts'

export function closeCommand(): Command {
  return new Command('close')
    .description('close a month: freeze its input, reckon, post into the ledger, write statements and reports')
    .argument('<YYYY-MM>', 'a month that is over, in UTC', month)
    .option('--check', 'only say whether it can be closed, and write nothing')
    .addHelpText(
      'after',
      `\nIt may be killed anywhere and run again, and on a closed month it changes nothing. The last line of stdout is JSON.\n\nA month is refused by name, before anything is posted:\n${Object.entries(
        FINDINGS,
      )
        .map(([name, todo]) => `  ${name}: ${todo}`)
        .join('\n')}`,
    )
    .action((wanted: string, { check = false }: { check?: boolean }) =>
      withStores(async (stores) => {
        if (check) return await checkMonth(stores, wanted, new Date())
        const outcome = await closeMonth(stores, wanted, new Date(), (done) => say(`${wanted}: ${done}`))
        if (outcome.status === 'nothing to do') say(`${wanted}: it is closed, there is nothing to do`)
        for (const rate of outcome.rates_added ?? [])
          say(`${wanted}: the rate of ${rate} was entered since; the month keeps those that it was closed with`)
        return outcome
      }),
    )
}
