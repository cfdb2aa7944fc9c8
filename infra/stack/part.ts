/** Owns the shape of a part of the stack: what it takes to install, start, probe and stop one program. */

import type { DebianProgram } from './apt.ts'
import type { EnvRecord } from './env-file.ts'
import type { PortName, Ports } from './ports.ts'
import type { Step } from './screen.ts'
import type { Secrets } from './secrets.ts'

export type ServerName = 'postgres' | 'redis' | 'kafka' | 'clickhouse' | 'minio' | 'issuer'
/** A server that a start leaves out unless it is asked for. */
export type ExtraName = 'superset' | 'airflow' | 'opensearch' | 'debezium' | 'nginx' | 'keycloak'
export type AppName = 'gateway' | 'gateway-2' | 'workers'
export type PartName = ServerName | ExtraName | AppName

export interface InstallContext {
  /** Holds one folder a program and version, filled aside and renamed when whole. */
  readonly cacheDir: string
  readonly step: Step
  readonly signal: AbortSignal
}

export interface StartContext {
  readonly host: string
  readonly ports: Ports
  readonly secrets: Secrets
  /** The part's own folder inside the data folder. */
  readonly folder: string
  readonly cacheDir: string
  /** The whole environment record of the stack. */
  readonly env: EnvRecord
}

export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Runs as an ordinary user inside a user namespace when this process is root: for programs that refuse root. */
  readonly notAsRoot?: boolean
}

export interface PartDefinition {
  readonly name: PartName
  readonly title: string
  /** The one that a start brings. */
  version(): Promise<string>
  readonly ports: readonly PortName[]
  /** The servers, and programs of ours, that it does nothing without. */
  readonly needs?: readonly (ServerName | AppName)[]
  /** What Debian must give before it is installed. */
  readonly debian?: readonly DebianProgram[]
  /** What is still to be installed, in a few words, or `undefined`. Debian's packages are not its matter. */
  missing?(cacheDir: string): Promise<string | undefined>
  /** What an install lacks to begin with, a line each saying what to do: asked before anything is downloaded. */
  missingTools?(): Promise<readonly string[]>
  install?(context: InstallContext): Promise<void>
  /** Fills the folder at the first start and writes configuration at each. */
  prepare?(context: StartContext): Promise<void>
  launch(context: StartContext): Promise<Launch>
  /** Resolves when the part answers for real; rejects while it does not. */
  probe(context: StartContext): Promise<void>
  /** What makes it stop by itself, and how long that may take. */
  readonly stopSignal: NodeJS.Signals
  readonly stopWithinMs: number
  readonly startWithinMs: number
}

/** Type help for the tables of parts. */
export function definePart<const Definition extends PartDefinition>(definition: Definition): Definition {
  return definition
}
