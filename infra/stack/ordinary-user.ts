/** Owns the way round for programs that refuse root: a user namespace in which root's own id reads as an ordinary one. */

import { spawnSync } from 'node:child_process'
import { StackProblem } from './problem.ts'

// Files stay root's on the outside, so nothing needs another owner and no account is made.
const NAMESPACE = ['unshare', '--user', '--map-user=1000', '--map-group=1000'] as const

let usable: boolean | undefined

/**
 * `words` as they must be run so that the program sees an ordinary user; unchanged when this process is one.
 * @throws {StackProblem} where root may not make a user namespace.
 */
export function asOrdinaryUser(words: readonly string[]): readonly string[] {
  if (process.getuid?.() !== 0) return words
  usable ??=
    spawnSync(NAMESPACE[0], [...NAMESPACE.slice(1), NAMESPACE[0], '--version'], { stdio: 'ignore' }).status === 0
  if (!usable) {
    throw new StackProblem(
      'PostgreSQL refuses to run as root, and user namespaces are closed here: run this as another user, or set SEGUE_POSTGRES_URL to a server of your own',
    )
  }
  return [...NAMESPACE, ...words]
}
