/** Owns how a command finds the servers of a running `npm start`: its environment record, below what is already set. */

import { ADMIN_VARIABLE, addressVariable, LOGIN_ROLES } from '../postgres/roles.ts'
import { readEnvFile } from '../stack/env-file.ts'
import { inDataFolder } from '../stack/folders.ts'
import { StackProblem } from '../stack/problem.ts'

export async function useStackEnvironment(dataDir: string): Promise<void> {
  const record = await readEnvFile(inDataFolder.environment(dataDir))
  for (const [name, value] of Object.entries(record)) process.env[name] ||= value
  // A job that has the address of its own role needs no other.
  const known = [ADMIN_VARIABLE, ...LOGIN_ROLES.map(addressVariable)].some((name) => process.env[name])
  if (!known) {
    throw new StackProblem(
      'the servers are not running: run npm start in another terminal, or set SEGUE_POSTGRES_URL and the other addresses',
    )
  }
}
