/** Owns the calling of OpenSSL: what it prints, or what it complained of. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { StackProblem } from '../stack/problem.ts'

const run = promisify(execFile)

export const OPENSSL_PACKAGE = { commands: ['openssl'], package: 'openssl' } as const

/** @throws {StackProblem} with its own words. */
export async function runOpenssl(args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run('openssl', args)
    return stdout
  } catch (error) {
    throw new StackProblem(`openssl ${args[0]} failed: ${String(error)}`, error)
  }
}
