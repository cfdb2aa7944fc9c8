/** Owns the command `segue up-next`: what the list of what plays next costs in a gateway. */

import { Command } from 'commander'
import { wholeNumber } from '../../infra/cli/whole-number.ts'
import { type BenchSize, benchUpNext } from './up-next-bench.ts'

await new Command('segue up-next')
  .description('measure the list of what plays next in one process, from memory, at so many track changes a second')
  .showHelpAfterError()
  .option('--tracks <n>', 'in the catalog', wholeNumber(1_000), 100_000)
  .option('--sessions <n>', 'that change tracks', wholeNumber(1), 10_000)
  .option('--changes-a-second <n>', 'of all sessions together', wholeNumber(1), 1_000)
  .option('--seconds <n>', 'of each of two runs', wholeNumber(1), 20)
  .action(async (size: BenchSize) => {
    console.log(JSON.stringify(await benchUpNext(size), null, 2))
  })
  .parseAsync()
