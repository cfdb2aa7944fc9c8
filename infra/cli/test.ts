/** Owns `segue test`: installs what the tests need, then hands over to vitest. */

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { PROJECT_ROOT } from '../stack/folders.ts'
import { installForTests } from './install.ts'
import { onInterruption } from './interruption.ts'

const VITEST = join(PROJECT_ROOT, 'node_modules', 'vitest', 'vitest.mjs')

export function testCommand(): Command {
  return new Command('test')
    .description('run the tests, those against real servers included, on ports and folders of their own')
    .argument('[vitest...]', 'passed on to vitest: names of files, -t <title>, --project unit …')
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: string[]) => {
      await installForTests()
      process.exitCode = await runVitest(args)
    })
}

async function runVitest(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [VITEST, 'run', ...args], { cwd: PROJECT_ROOT, stdio: 'inherit' })
  // vitest stops its servers on a signal of its own; this process only waits for it.
  const interruption = onInterruption(() => child.kill('SIGKILL'))
  interruption.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
  })
}
