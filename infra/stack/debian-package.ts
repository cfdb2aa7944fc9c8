/** Owns the taking of one program out of a Debian package: unpacked beside the others of the cache, with no service and for no other user. */

import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { installAside } from './install-aside.ts'
import type { InstallContext } from './part.ts'
import { StackProblem } from './problem.ts'
import { runTool } from './run-tool.ts'

/**
 * Unpacks the package `name` of the Debian that this runs on, with its newest security updates, to `place`. Lists of its own make it independent of
 * how old, or whose, those of the system are; so it takes no root.
 */
export async function unpackDebianPackage(name: string, place: string, context: InstallContext): Promise<void> {
  const { cacheDir, step, signal } = context
  const logFile = join(cacheDir, 'logs', `${name}.log`)
  await installAside(place, async (aside) => {
    const own = join(aside, '.apt')
    await mkdir(join(own, 'lists', 'partial'), { recursive: true })
    await mkdir(join(own, 'archives', 'partial'), { recursive: true })
    const options = [
      `Dir::State::Lists=${join(own, 'lists')}`,
      `Dir::Cache=${own}`,
      // Its own user could not write here.
      'APT::Sandbox::User=root',
    ].flatMap((option) => ['-o', option])
    const apt = async (...args: string[]) =>
      await runTool({ command: 'apt-get', args: ['-q', ...options, ...args], cwd: aside, logFile, signal }, step)
    await apt('update')
    await apt('download', name)
    const file = (await readdir(aside)).find((entry) => entry.endsWith('.deb'))
    if (file === undefined) throw new StackProblem(`apt-get brought no package ${name}: its words are in ${logFile}`)
    await runTool({ command: 'dpkg-deb', args: ['--extract', file, aside], cwd: aside, logFile, signal }, step)
    await rm(join(aside, file))
    await rm(own, { recursive: true })
  })
}
