/** Owns the command line of `segue royalties close-bench`. */

import { Command, Option } from 'commander'
import { wholeNumber } from '../../../infra/cli/whole-number.ts'
import { withScratchServers } from '../../../infra/stack/scratch-servers.ts'
import { say } from '../close/with-stores.ts'
import { MODEL_NAMES } from '../reckoning/models/models.ts'
import type { BookSize } from './made-books.ts'
import { measure } from './measure.ts'

export function closeBenchCommand(): Command {
  const size = wholeNumber(1, 100_000_000)
  return new Command('close-bench')
    .description('measure the close of a month from its books, on servers of its own')
    .option('--streams <n>', 'that count', size, 200_000)
    .option('--listeners <n>', 'who pay', size, 10_000)
    .option('--tracks <n>', 'under one contract a side', size, 10_000)
    .addOption(new Option('--model <name>', 'of both sides').choices(MODEL_NAMES).default('pro-rata'))
    .action(async (books: BookSize) => {
      await withScratchServers('servers', {}, async (env) => {
        console.log(JSON.stringify(await measure(env, books, say)))
      })
    })
}
