/** Owns the run of `npm run stack -- test`: four paths through a stack that is up, step by step, and its exit code. */

import { Command } from 'commander'
import { runProgram } from '../../infra/cli/run-program.ts'
import { catalogPath } from './catalog-path.ts'
import { listeningPath } from './listening-path.ts'
import { moneyPath } from './money-path.ts'
import { signOutPath } from './sign-out-path.ts'
import { stackPlace } from './stack-place.ts'
import { runSteps, tallyLine } from './steps.ts'

const PATHS = [catalogPath, listeningPath, signOutPath, moneyPath]

const program = new Command('segue stack test')
  .description('go the whole way through a stack that is up; npm run stack -- test says where it is')
  .action(async () => {
    const place = await stackPlace(process.env)
    const tally = { passed: 0, failed: 0 }
    for (const path of PATHS) await runSteps(path(place), tally, (line) => console.log(line))
    console.log(tallyLine(tally))
    if (tally.failed > 0) process.exitCode = 1
  })
await runProgram(program)
