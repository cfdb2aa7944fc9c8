/** Owns the servers that the tests run against: their own, on free ports, in a folder that goes with them. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { cacheFolder } from './folders.ts'
import { freePorts } from './ports.ts'
import { silentScreen } from './screen.ts'
import { startStack } from './stack.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Every address and secret of the test stack, as `npm start` writes them to stack.env. */
    stackEnv: Record<string, string>
  }
}

/** vitest's global setup: the servers alone; a test that needs the gateway or the workers starts its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'segue-test-'))
  const forget = async () => await rm(dataDir, { recursive: true, force: true })
  try {
    const stack = await startStack({
      dataDir,
      cacheDir: cacheFolder(process.env),
      ports: await freePorts(),
      // Nothing from outside: a developer's own addresses must not be tested against.
      source: { SEGUE_LOG_LEVEL: process.env.SEGUE_LOG_LEVEL ?? 'warn', SEGUE_CLICKHOUSE_MEMORY_MB: '16384' },
      parts: 'servers',
      screen: silentScreen,
      onDeath: (death) => {
        console.error(`${death.title} of the test stack ended by itself:\n${death.tail.join('\n')}`)
      },
    })
    project.provide('stackEnv', { ...stack.env })
    return async () => {
      await stack.stop()
      await forget()
    }
  } catch (error) {
    await forget()
    throw error
  }
}
