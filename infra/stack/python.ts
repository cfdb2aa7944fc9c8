/** Owns which Python the servers written in it run on: the one version that the hashes of their `requirements.txt` are for. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findCommand } from './run-tool.ts'

const COMMANDS = ['python3.11', 'python3', 'python'] as const
const IS_USABLE = 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, 11))'

/** Debian 12 has this version; `venv` is a package of its own there. */
export const PYTHON_PACKAGE = { commands: COMMANDS, package: 'python3-venv', serves: isUsable }

/** The full path of the first that fits, or `undefined`. */
export async function findPython(): Promise<string | undefined> {
  for (const command of COMMANDS) {
    const path = await findCommand(command)
    if (path !== undefined && (await isUsable(path))) return path
  }
  return undefined
}

async function isUsable(path: string): Promise<boolean> {
  return await promisify(execFile)(path, ['-c', IS_USABLE]).then(
    () => true,
    () => false,
  )
}
