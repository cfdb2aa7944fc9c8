/** Owns servers for the length of one measurement. */

import type { EnvRecord } from './env-file.ts'
import { startOwnStack } from './own-stack.ts'
import type { ExtraName } from './part.ts'
import type { Stack, StackOptions } from './stack.ts'

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
  // It has the machine to itself.
  const own = { SEGUE_LOG_LEVEL: 'warn', SEGUE_CLICKHOUSE_MEMORY_MB: '16384' }
  const source = { ...own, ...process.env, ...variables }
  const stack = await startOwnStack({ source, parts, extras, keptIn })
  try {
    return await work(stack.env, stack)
  } finally {
    await stack.stop()
  }
}
