/** Owns servers for the length of one measurement: a stack of its own in a folder that goes with it. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EnvRecord } from './env-file.ts'
import { cacheFolder } from './folders.ts'
import type { ExtraName } from './part.ts'
import { freePorts } from './ports.ts'
import { silentScreen } from './screen.ts'
import { type Stack, type StackOptions, startStack } from './stack.ts'

/**
 * Servers whose address is set, in the environment or by `variables`, are not started but used.
 * @param keptIn a data folder that stays, for what takes long to fill
 */
export async function withScratchServers<T>(
  parts: StackOptions['parts'],
  variables: EnvRecord,
  work: (env: EnvRecord, stack: Stack) => Promise<T>,
  extras: readonly ExtraName[] = [],
  keptIn?: string,
): Promise<T> {
  const dataDir = keptIn ?? (await mkdtemp(join(tmpdir(), 'segue-scratch-')))
  try {
    const stack = await startStack({
      dataDir,
      cacheDir: cacheFolder(process.env),
      ports: await freePorts(),
      source: { SEGUE_LOG_LEVEL: 'warn', ...process.env, ...variables },
      parts,
      extras,
      screen: silentScreen,
      onDeath: ({ title, tail }) => console.error(`${title} ended by itself:\n${tail.join('\n')}`),
    })
    try {
      return await work(stack.env, stack)
    } finally {
      await stack.stop()
    }
  } finally {
    if (keptIn === undefined) await rm(dataDir, { recursive: true, force: true })
  }
}
