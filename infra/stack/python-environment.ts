/** Owns a virtual environment of a server that is written in Python: in the cache, a folder for each content of its lock files. */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exists, installAside } from './install-aside.ts'
import type { InstallContext } from './part.ts'
import { StackProblem } from './problem.ts'
import { findPython } from './python.ts'
import { runTool } from './run-tool.ts'

/** Runs the environment's Python while it is filled; what it says goes to the log of that name. */
export type RunPython = (log: string, args: readonly string[], env?: NodeJS.ProcessEnv) => Promise<void>

export interface PythonEnvironment {
  /** Of the folder in the cache. */
  readonly name: string
  readonly title: string
  /** Whoever has it running elsewhere needs none here. Of what is no server there is none. */
  readonly addressVariable?: string
  /** What its packages are built with that come as source. */
  readonly buildRequirements?: string
  readonly requirements: string
  /** What is made with the packages, in the same folder. */
  finish?(folder: string, run: RunPython): Promise<void>
}

export const pythonIn = (folder: string) => join(folder, 'bin', 'python')

/** The lock files are the version: others, another folder. */
export async function environmentFolder(cacheDir: string, environment: PythonEnvironment): Promise<string> {
  const hash = createHash('sha256')
  for (const file of lockFiles(environment)) hash.update(await readFile(file))
  return join(cacheDir, environment.name, hash.digest('hex').slice(0, 12))
}

/** In a few words, as the stack asks; `undefined` when it is there. */
export async function missingEnvironment(cacheDir: string, own: PythonEnvironment): Promise<string | undefined> {
  return (await exists(await environmentFolder(cacheDir, own))) ? undefined : `${own.title} by pip (some minutes)`
}

export async function installEnvironment(
  { cacheDir, step, signal }: InstallContext,
  environment: PythonEnvironment,
): Promise<void> {
  const { name, title, addressVariable, buildRequirements, requirements } = environment
  const base = await findPython()
  if (base === undefined) {
    const instead = addressVariable === undefined ? '' : `, or set ${addressVariable}`
    throw new StackProblem(`${title} needs Python 3.11 with venv: apt-get install python3-venv on Debian 12${instead}`)
  }
  await installAside(await environmentFolder(cacheDir, environment), async (aside) => {
    const tool = async (log: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
      await runTool(
        { command, args, env, cwd: aside, logFile: join(cacheDir, 'logs', `${name}-${log}.log`), signal },
        step,
      )
    }
    const run: RunPython = async (log, args, env) => await tool(log, pythonIn(aside), args, env)
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-deps', '--require-hashes']
    await tool('venv', base, ['-m', 'venv', aside])
    if (buildRequirements !== undefined) await run('build', [...pip, '--requirement', buildRequirements])
    await run('packages', [...pip, '--no-build-isolation', '--requirement', requirements])
    await environment.finish?.(aside, run)
  })
}

function lockFiles({ buildRequirements, requirements }: PythonEnvironment): readonly string[] {
  return buildRequirements === undefined ? [requirements] : [buildRequirements, requirements]
}
