/** Owns the shape of a work: which servers do it, what is measured, and how one run goes. */

import type { Rig } from '../rig.ts'
import type { ServerName } from '../servers.ts'

/** By name; each name says its unit. */
export type Figures = Readonly<Record<string, number>>

export interface Work {
  readonly title: string
  readonly servers: readonly ServerName[]
  /** What the names of the figures mean, in the order of the table. */
  readonly figures: Readonly<Record<string, string>>
  /** The one by which servers are held against the first of them. */
  readonly compared: string
  run(rig: Rig, server: ServerName, note: (line: string) => void): Promise<Figures>
}
