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
  readonly screen: Screen
  readonly signal: AbortSignal
}

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

/** @throws {StackProblem} with a line for each tool that one of them needs and this machine lacks. */
async function dueInstalls(options: InstallOptions): Promise<{ definition: PartDefinition; what: string }[]> {
  const due: { definition: PartDefinition; what: string }[] = []
  const lines: string[] = []
  for (const name of options.servers) {
    const definition: PartDefinition = DEFINITIONS[name]
    const what = await definition.missing?.(options.cacheDir)
    if (what === undefined) continue
    due.push({ definition, what })
    lines.push(...((await definition.missingTools?.()) ?? []))
  }
  if (lines.length > 0) throw new StackProblem(lines.join('\n'))
  return due
}
