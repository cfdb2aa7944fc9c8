/** Owns who is told what becomes of a stack while it does: what will be started, and each part as its state changes. */

import type { EnvRecord } from './env-file.ts'
import type { PartName, StartContext } from './part.ts'
import type { PortName, Ports } from './ports.ts'

/** What a part is known to be; that one is started again, or does not answer, is for whoever watches to say. */
export type PartState = 'starting' | 'ready' | 'stopped' | 'failed'

export interface StackPlan {
  readonly env: EnvRecord
  readonly dataDir: string
  readonly ports: Ports
  /** Where configured addresses were read. */
  readonly source: NodeJS.ProcessEnv
  /** What will be started; of a configured server nothing is. */
  readonly parts: readonly PartName[]
  contextOf(name: PartName): StartContext
}

export interface StackWatch {
  /** That it listens on itself, from when it is told of the plan. */
  readonly ports: readonly PortName[]
  /** The data folder is ours, and the ports are free: before anything is installed. */
  planned(plan: StackPlan): Promise<void>
  became(name: PartName, state: PartState, about?: { readonly pid?: number; readonly problem?: string }): void
}
