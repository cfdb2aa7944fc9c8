/** Owns programs that come from Debian: which are missing, and the one apt-get run that brings them. */

import { join } from 'node:path'
import { StackProblem } from './problem.ts'
import { findCommand, runTool } from './run-tool.ts'
import { asStep, type Screen, type Step } from './screen.ts'

export interface DebianProgram {
  /** Any of these on PATH means it is there. */
  readonly commands: readonly string[]
  readonly package: string
  /** Whether a command that was found is of use: some programs come in parts. */
  serves?(path: string): Promise<boolean>
}

export interface AptOptions {
  readonly cacheDir: string
  readonly screen: Screen
  readonly signal: AbortSignal
}

const QUIET = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }
const OPTIONS = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Dpkg::Use-Pty=0']

async function missingPackages(programs: readonly DebianProgram[]): Promise<readonly string[]> {
  const missing: string[] = []
  for (const program of programs) {
    const found = await Promise.all(
      program.commands.map(async (command) => {
        const path = await findCommand(command)
        return path !== undefined && (program.serves === undefined || (await program.serves(path)))
      }),
    )
    if (!found.includes(true)) missing.push(program.package)
  }
  return missing
}

/**
 * Installs what is missing of `programs`: as root directly, otherwise by `sudo` when it asks for no password.
 * @throws {StackProblem} with the line to run by hand when neither works.
 */
export async function ensureDebianPrograms(programs: readonly DebianProgram[], options: AptOptions): Promise<void> {
  const missing = await missingPackages(programs)
  if (missing.length === 0) return
  const asRoot = process.getuid?.() === 0
  const byHand = `apt-get install ${missing.join(' ')}`
  if ((await findCommand('apt-get')) === undefined) {
    throw new StackProblem(
      `${missing.join(', ')} must be installed, and there is no apt-get here: install them your system's way`,
    )
  }
  await asStep(options.screen, 'Debian packages', async (step) => {
    step.note(missing.join(' '))
    if (!asRoot) await requireSudo(step, byHand, options)
    const run = async (log: string, args: readonly string[]) => {
      const words = ['apt-get', ...OPTIONS, ...args]
      const [command = '', ...rest] = asRoot
        ? words
        : ['sudo', '-n', ...Object.entries(QUIET).map(([key, value]) => `${key}=${value}`), ...words]
      await runTool(
        {
          command,
          args: rest,
          env: QUIET,
          logFile: join(options.cacheDir, 'logs', `${log}.log`),
          signal: options.signal,
        },
        step,
      )
    }
    await run('apt-update', ['update'])
    await run('apt-install', ['install', '--no-install-recommends', ...missing])
    return missing.join(' ')
  })
}

async function requireSudo(step: Step, byHand: string, options: AptOptions): Promise<void> {
  const mayNot = (cause?: unknown) =>
    new StackProblem(`${byHand} is needed, and this user may not: run it as root, then run this again`, cause)
  if ((await findCommand('sudo')) === undefined) throw mayNot()
  try {
    await runTool(
      {
        command: 'sudo',
        args: ['-n', 'true'],
        logFile: join(options.cacheDir, 'logs', 'sudo.log'),
        signal: options.signal,
      },
      step,
    )
  } catch (cause) {
    throw mayNot(cause)
  }
}
