/** Owns the command line `segue` where there is no clone of the project: the jobs alone, with the addresses of the environment. */

import { Command } from 'commander'
import { asAJob } from '../../jobs/as-a-job.ts'
import { runProgram } from '../run-program.ts'
import { JOBS } from './jobs.ts'

const program = new Command('segue')
  .description('The commands that a clock calls, and those that bring servers up to date.')
  .showHelpAfterError('(--help shows what there is)')
for (const command of JOBS) program.addCommand(command())

await asAJob(() => runProgram(program))
