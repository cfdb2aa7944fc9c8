/** Owns `segue install`: everything that start and test need, downloaded and built ahead of time. */

import { Command } from 'commander'
import { k6 } from '../k6/program.ts'
import { KUBERNETES_TOOLS } from '../k8s/tools.ts'
import { promtool } from '../observability/promtool.ts'
import { cacheFolder } from '../stack/folders.ts'
import { installSystems } from '../stack/install.ts'
import { createScreen } from '../stack/screen.ts'
import { DEBIAN_PROGRAMS, DEBIAN_TEST_PROGRAMS, EXTRA_NAMES, SERVER_NAMES } from '../stack/servers.ts'
import { onInterruption } from './interruption.ts'

export function installCommand(): Command {
  return new Command('install')
    .description('install what start and test need, and start nothing')
    .action(async () => await installForTests())
}

/** Installs the servers, the browser and k6, which the tests use. */
export async function installForTests(): Promise<void> {
  const screen = createScreen(process.stdout)
  const interruption = onInterruption(screen.line)
  try {
    await installSystems({
      cacheDir: cacheFolder(process.env),
      servers: [...SERVER_NAMES, ...EXTRA_NAMES],
      programs: [...DEBIAN_PROGRAMS, ...DEBIAN_TEST_PROGRAMS],
      tools: [...KUBERNETES_TOOLS, k6, promtool],
      screen,
      signal: interruption.signal,
    })
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    process.exit(interruption.exitCode)
  } finally {
    screen.close()
    interruption.end()
  }
}
