/** Owns the command that measures the signing of chunk addresses: who signs, and for how long. */

import { Argument, Command } from 'commander'
import { wholeNumber } from '../../../infra/cli/whole-number.ts'
import { benchChunkUrls, SIGNERS, type SignerName } from './chunk-urls.ts'

await new Command('chunk-urls')
  .description('measure the signing of whole chunk addresses in one process')
  .addArgument(new Argument('<signer>', 'who signs').choices(SIGNERS))
  .option('--for-ms <n>', 'how long', wholeNumber(1), 5_000)
  .showHelpAfterError()
  .action(async (signer: SignerName, { forMs }: { forMs: number }) => {
    console.log(JSON.stringify(await benchChunkUrls(signer, forMs)))
  })
  .parseAsync()
