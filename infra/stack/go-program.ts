/** Owns programs that Go compiles once, from a pinned version, into the cache. */

import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Installable } from './install.ts'
import { exists, installAside } from './install-aside.ts'
import { findCommand, runTool } from './run-tool.ts'

export interface GoSource {
  /** Of the program, its folder in the cache and its log. */
  readonly name: string
  readonly title: string
  /** The path by which Go imports its main package. */
  readonly package: string
  readonly version: string
  /** The least version of Go that compiles it. */
  readonly go: string
  readonly takes: string
  /** What else one may do who has no Go. */
  readonly otherwise?: string
  /**
   * `go install` of a version asks the site of some import paths whether that is deprecated, which no module proxy answers.
   * What a module of our own requires is had from the proxy alone.
   */
  readonly byModule?: boolean
}

export interface GoProgram extends Installable {
  /** Where it is, once it is installed. */
  path(cacheDir: string): string
}

const STRIPPED = ['-trimpath', '-ldflags=-s -w'] as const

export function goProgram(source: GoSource): GoProgram {
  const { name, title, version, go, takes, otherwise, byModule } = source
  const place = (cacheDir: string) => join(cacheDir, name, version)
  return {
    title,
    path: (cacheDir) => join(place(cacheDir), name),
    async missing(cacheDir) {
      return (await exists(place(cacheDir))) ? undefined : `${title} by Go (${takes})`
    },
    async missingTools() {
      if ((await findCommand('go')) !== undefined) return []
      const orElse = otherwise === undefined ? '' : `, or ${otherwise}`
      return [`${title} is compiled by Go, which is not installed: install Go ${go} or later${orElse}`]
    },
    async install({ cacheDir, step, signal }) {
      await installAside(place(cacheDir), async (aside) => {
        if (byModule === true) await writeFile(join(aside, 'go.mod'), moduleFor(source))
        // -v names each package as it is compiled: it is the only sign of life in minutes.
        const args =
          byModule === true
            ? ['build', '-v', '-mod=mod', '-buildvcs=false', ...STRIPPED, '-o', name, source.package]
            : ['install', '-v', ...STRIPPED, `${source.package}@${version}`]
        // Outside the project: `go` must not take a module or work file of a folder above for its own.
        const place = { env: { GOBIN: aside, GOWORK: 'off' }, cwd: aside }
        await runTool({ command: 'go', args, ...place, logFile: join(cacheDir, 'logs', `${name}.log`), signal }, step)
        for (const file of ['go.mod', 'go.sum']) await rm(join(aside, file), { force: true })
      })
    },
  }
}

function moduleFor({ name, package: wanted, version, go }: GoSource): string {
  return `module segue/${name}\n\ngo ${go}.0\n\nrequire ${wanted} ${version}\n`
}
