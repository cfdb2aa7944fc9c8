/** Owns a command of `segue` run as a person runs it, on ports and in a folder of its own. */

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { inDataFolder, PROJECT_ROOT } from '../../stack/folders.ts'
import { PORT_TABLE, type PortName, type Ports } from '../../stack/ports.ts'
import { isAlive, type ProcessMark, readProcessRecord } from '../../stack/process-record.ts'

const BOOTSTRAP = join(PROJECT_ROOT, 'infra', 'stack', 'bootstrap.mjs')

export interface SegueProcess {
  readonly child: ChildProcess
  readonly said: () => string
  readonly ended: Promise<number | null>
}

export type Marks = Readonly<Record<string, ProcessMark>>

export function segue(place: { readonly dataDir: string; readonly ports: Ports }, ...words: string[]): SegueProcess {
  const own = Object.entries(PORT_TABLE).map(([name, { variable }]) => [
    variable,
    String(place.ports[name as PortName]),
  ])
  return launch({ SEGUE_DATA_DIR: place.dataDir, ...Object.fromEntries(own) }, words)
}

/** Runs a command to its end, on servers that are there. @param env their addresses, above this process's own */
export async function segueDone(
  env: Readonly<Record<string, string>>,
  ...words: string[]
): Promise<{ code: number | null; said: string }> {
  const { said, ended } = launch(env, words)
  return { code: await ended, said: said() }
}

function launch(env: Readonly<Record<string, string>>, words: readonly string[]): SegueProcess {
  const child = spawn(process.execPath, [BOOTSTRAP, ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const hear = (part: Buffer) => {
    said += part.toString()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, said: () => said, ended }
}

/** The processes that run for `dataDir`. */
export async function partsOf(dataDir: string): Promise<Marks> {
  const record = await readProcessRecord(inDataFolder.processes(dataDir))
  return record?.parts ?? {}
}

export async function allGone(marks: Marks): Promise<boolean> {
  return (await Promise.all(Object.values(marks).map(isAlive))).every((alive) => !alive)
}
