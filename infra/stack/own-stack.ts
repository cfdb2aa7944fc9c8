/** Owns a stack of its own for a test or a measurement: on free ports, in a folder that goes with it. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from './folders.ts'
import { freePorts } from './ports.ts'
import { silentScreen } from './screen.ts'
import { type Stack, type StackOptions, startStack } from './stack.ts'

export interface OwnStackOptions extends Pick<StackOptions, 'source' | 'parts' | 'extras' | 'signal'> {
  /** Says nothing unless it is given: a reporter of tests has its own. */
  readonly screen?: StackOptions['screen']
  /** A data folder that stays, for what takes long to fill. */
  readonly keptIn?: string | undefined
}

export async function startOwnStack({ keptIn, ...options }: OwnStackOptions): Promise<Stack> {
  const dataDir = keptIn ?? (await mkdtemp(join(tmpdir(), 'segue-scratch-')))
  const forget = async () => {
    if (keptIn === undefined) await rm(dataDir, { recursive: true, force: true })
  }
  try {
    const stack = await startStack({
      screen: silentScreen,
      ...options,
      dataDir,
      ports: await freePorts(),
      cacheDir: cacheFolder(process.env),
      onDeath: ({ title, tail }) => console.error(`${title} ended by itself:\n${tail.join('\n')}`),
    })
    return {
      ...stack,
      get running() {
        return stack.running
      },
      async stop() {
        try {
          await stack.stop()
        } finally {
          await forget()
        }
      },
    }
  } catch (error) {
    await forget()
    throw error
  }
}
