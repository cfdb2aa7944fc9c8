/** Owns the installation of everything that npm does not bring: Debian's programs, Kafka, MinIO, Keycloak, Superset, Airflow. */

import { mkdir } from 'node:fs/promises'
import { type DebianProgram, ensureDebianPrograms } from './apt.ts'
import { requireSpace } from './folders.ts'
import type { ExtraName, PartDefinition, ServerName } from './part.ts'
import { StackProblem } from './problem.ts'
import { asStep, type Screen } from './screen.ts'
import { EXTRAS, SERVERS } from './servers.ts'

export interface InstallOptions {
  readonly cacheDir: string
  /** The servers that are wanted; one that is configured elsewhere needs no install. */
  readonly servers: readonly (ServerName | ExtraName)[]
  readonly programs: readonly DebianProgram[]
  /** What the tests use and no server is. */
  readonly tools?: readonly Installable[]
  readonly screen: Screen
  readonly signal: AbortSignal
}

/** What can be brought, and need not be started. */
export type Installable = Pick<PartDefinition, 'title' | 'debian' | 'missing' | 'missingTools' | 'install'>

const DEFINITIONS: Readonly<Record<ServerName | ExtraName, PartDefinition>> = { ...SERVERS, ...EXTRAS }

/** Installs what is missing, one after the other: each of them keeps every core busy. */
export async function installSystems(options: InstallOptions): Promise<void> {
  const { cacheDir, screen, signal } = options
  await requireSpace(cacheDir, 'SEGUE_CACHE_DIR')
  await mkdir(cacheDir, { recursive: true })
  const due = await dueInstalls(options)
  const programs = [...options.programs, ...due.flatMap(({ definition }) => definition.debian ?? [])]
  await ensureDebianPrograms(programs, { cacheDir, screen, signal })
  for (const { definition, what } of due) {
    await asStep(screen, what, async (step) => {
      await definition.install?.({ cacheDir, step, signal })
      return undefined
    })
  }
}

/** Has what a command needs beside the servers. */
export async function installTools(
  tools: readonly Installable[],
  context: Pick<InstallOptions, 'cacheDir' | 'screen' | 'signal'>,
): Promise<void> {
  await installSystems({ ...context, servers: [], programs: [], tools })
}

/** @throws {StackProblem} with a line for each tool that one of them needs and this machine lacks. */
async function dueInstalls(options: InstallOptions): Promise<{ definition: Installable; what: string }[]> {
  const due: { definition: Installable; what: string }[] = []
  const lines: string[] = []
  const wanted: readonly Installable[] = [...options.servers.map((name) => DEFINITIONS[name]), ...(options.tools ?? [])]
  for (const definition of wanted) {
    const what = await definition.missing?.(options.cacheDir)
    if (what === undefined) continue
    due.push({ definition, what })
    lines.push(...((await definition.missingTools?.()) ?? []))
  }
  if (lines.length > 0) throw new StackProblem(lines.join('\n'))
  return due
}
