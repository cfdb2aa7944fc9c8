/** Owns the command `segue recommend`: its subcommands and flags, what it prints, and its exit code. */

import { Command } from 'commander'
import { wholeNumber } from '../../infra/cli/whole-number.ts'
import { createRedis } from '../../infra/redis/client.ts'
import { redisConfig } from '../../infra/redis/config.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { createLogger } from '../../infra/runtime/log.ts'
import { FileProblem } from '../plain-files/file-problem.ts'
import { writeWhole } from '../plain-files/write-whole.ts'
import { benchLearning, benchRedis } from './bench/bench.ts'
import { evaluateCommand } from './evaluate/command.ts'
import { ParameterProblem } from './evaluate/parameters.ts'
import { makeSessions, rowsOf, SMALL } from './testing/made-sessions.ts'

const program = new Command('segue recommend').description('what to play next').showHelpAfterError()

program.addCommand(evaluateCommand())

program
  .command('generate')
  .description('write made-up sessions with structure, by a seed: the last tenth of them as a test')
  .requiredOption('--train <file>', 'written')
  .requiredOption('--test <file>', 'written')
  .option('--seed <n>', 'the same seed gives the same sessions', wholeNumber(1), 1)
  .option('--sessions <n>', 'how many', wholeNumber(10), SMALL.sessions)
  .option('--moods <n>', 'between which tracks are divided', wholeNumber(1), SMALL.moods)
  .action(async (flags: { train: string; test: string; seed: number; sessions: number; moods: number }) => {
    const { sessions, moods } = flags
    const world = makeSessions(flags.seed, { ...SMALL, sessions, moods })
    for (const part of ['train', 'test'] as const)
      await writeWhole(flags[part], ['SessionId', 'ItemId', 'Time'], rowsOf(world[part]), '\t')
    console.error(`${world.train.length} sessions to learn, ${world.test.length} to predict`)
  })

program
  .command('bench')
  .description('measure the worker on one core, and what its lists take in the Redis of SEGUE_REDIS_URL, if it is set')
  .option('--sessions <n>', 'that are learned, and kept', wholeNumber(100), 100_000)
  .option('--tracks <n>', 'between which they choose', wholeNumber(100), 100_000)
  .action(async (size: { sessions: number; tracks: number }) => {
    console.log(JSON.stringify(benchLearning(size), null, 2))
    if (!process.env.SEGUE_REDIS_URL) return
    const redis = createRedis(readEnv(process.env, redisConfig), createLogger('bench', 'warn'))
    console.log(JSON.stringify(await benchRedis(redis, size.tracks), null, 2))
    redis.disconnect()
  })

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof FileProblem || error instanceof ParameterProblem)) throw error
  for (const line of error.message.split('\n')) console.error(`segue: ${line}`)
  process.exitCode = 1
}
