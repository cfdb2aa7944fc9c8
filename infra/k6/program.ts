/** Owns how k6 is had: compiled once by Go from a pinned version, kept in the cache. */

import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exists, installAside } from '../stack/install-aside.ts'
import { StackProblem } from '../stack/problem.ts'
import { findCommand, runTool } from '../stack/run-tool.ts'
import { asStep, type Screen } from '../stack/screen.ts'

const MODULE = 'go.k6.io/k6/v2'
const VERSION = 'v2.2.0'

/**
 * `go install` of a version asks the site of its import path whether that is deprecated, which no module proxy answers.
 * What a module of our own requires is had from the proxy alone.
 */
const GO_MOD = `module segue/k6

go 1.25.0

require ${MODULE} ${VERSION}
`

/** Where it is, once `ensureK6` has been there. */
export function k6Program(cacheDir: string): string {
  return join(cacheDir, 'k6', VERSION, 'k6')
}

/**
 * Compiles k6 unless it is there.
 * @throws {StackProblem} without Go.
 */
export async function ensureK6(cacheDir: string, screen: Screen, signal: AbortSignal): Promise<void> {
  const place = join(cacheDir, 'k6', VERSION)
  if (await exists(place)) return
  if ((await findCommand('go')) === undefined) {
    throw new StackProblem(
      'k6 is compiled by Go, which is not installed: install Go 1.25 or later, then run this again',
    )
  }
  await asStep(screen, 'k6 by Go (some minutes)', async (step) => {
    await installAside(place, async (aside) => {
      await writeFile(join(aside, 'go.mod'), GO_MOD)
      await runTool(
        {
          command: 'go',
          // -v names each package as it is compiled: it is the only sign of life in minutes.
          args: ['build', '-v', '-mod=mod', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', 'k6', MODULE],
          env: { GOWORK: 'off' },
          cwd: aside,
          logFile: join(cacheDir, 'logs', 'k6.log'),
          signal,
        },
        step,
      )
      await rm(join(aside, 'go.mod'))
      await rm(join(aside, 'go.sum'))
    })
    return undefined
  })
}
