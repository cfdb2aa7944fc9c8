/** Owns the check that no file of the project holds a secret: all that git knows, and what it would take in. */

import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { hasErrno } from '../stack/errno.ts'
import { PROJECT_ROOT } from '../stack/folders.ts'
import { type FoundSecret, findSecrets } from './find-secrets.ts'

/** Hashes of packages, by the thousand: no secret is written there by anybody. */
const LEFT_OUT: readonly string[] = ['package-lock.json']

const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: PROJECT_ROOT,
  encoding: 'utf8',
})
const paths = listed.split('\0').filter((path) => path !== '' && !LEFT_OUT.includes(path))
const atOnce = pLimit(16)
const found = (await Promise.all(paths.map((path) => atOnce(() => lookInto(path))))).flat()

for (const { path, line, kind } of found) console.error(`${path}:${line}: ${kind}`)
if (found.length > 0) {
  console.error(
    'secrets come from the environment (infra/runtime/env.ts): take them out, and if one was ever pushed, revoke it',
  )
  process.exitCode = 1
}

async function lookInto(path: string): Promise<FoundSecret[]> {
  try {
    return await findSecrets(path, await readFile(join(PROJECT_ROOT, path)))
  } catch (error) {
    // Deleted and not yet said so to git, or a link to nowhere.
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'EISDIR')) return []
    throw error
  }
}
