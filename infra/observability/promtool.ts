/** Owns what alert rules are tested by: Prometheus' own promtool, out of Debian's package. */

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { unpackDebianPackage } from '../stack/debian-package.ts'
import type { Installable } from '../stack/install.ts'
import { exists } from '../stack/install-aside.ts'

/** That of Debian 12: Debian mends it and leaves the number. */
const VERSION = '2.42.0'

const place = (cacheDir: string) => join(cacheDir, 'prometheus', VERSION)

export const promtool: Installable = {
  title: 'promtool',
  missing: async (cacheDir) => ((await exists(place(cacheDir))) ? undefined : 'promtool'),
  install: async (context) => await unpackDebianPackage('prometheus', place(context.cacheDir), context),
}

/** @throws with what promtool said, when it is not content. */
export async function runPromtool(cacheDir: string, folder: string, ...words: string[]): Promise<string> {
  const path = join(place(cacheDir), 'usr', 'bin', 'promtool')
  const { stdout } = await promisify(execFile)(path, words, { cwd: folder })
  return stdout
}
