/** Owns how a TypeScript program of this project is launched as a process of its own. */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PROJECT_ROOT } from './folders.ts'
import type { Launch } from './part.ts'

// Not import.meta.resolve: vitest, whose tests start programs too, has none.
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/** Launches `file` (relative to the project) with this process's environment and `env` above it; `flags` are those of Node. */
export function nodeProgram(
  file: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Launch {
  return {
    command: process.execPath,
    args: [...flags, '--import', TSX, join(PROJECT_ROOT, file)],
    env: { ...process.env, ...env },
  }
}
