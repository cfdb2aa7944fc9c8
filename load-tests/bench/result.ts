/** Owns what the bench has found: runs of works by servers, and their medians. */

import { cpus, release, totalmem } from 'node:os'
import type { ServerName } from './servers.ts'
import type { Figures } from './work/work.ts'
import type { WorkName } from './works.ts'

export interface Found {
  readonly work: WorkName
  readonly server: ServerName
  readonly runs: readonly Figures[]
  /** Why there is none. */
  readonly failed?: string
}

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

export function spreadOf({ runs }: Found, figure: string): Spread | undefined {
  const sorted = runs.flatMap((run) => run[figure] ?? []).sort((a, b) => a - b)
  const [least, most] = [sorted[0], sorted.at(-1)]
  if (least === undefined || most === undefined) return undefined
  return { median: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, least, most }
}

const GIB = 1024 ** 3

export function hostLine(): string {
  const processors = cpus()
  const memory = Math.round(totalmem() / GIB)
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'processor'}, ${memory} GiB, Linux ${release()}, Node ${process.version}`
}
