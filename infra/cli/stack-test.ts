/** Owns `segue stack test`: the whole way through the stack that runs, or through one of its own where none does. */

import { Command } from 'commander'
import { loadDemoCatalog } from '../demo/load-demo-catalog.ts'
import { seedWorld } from '../demo/world/seed-world.ts'
import { readEnvFile } from '../stack/env-file.ts'
import { isConfigured } from '../stack/environment.ts'
import { dataFolder, inDataFolder } from '../stack/folders.ts'
import { startOwnStack } from '../stack/own-stack.ts'
import { StackProblem } from '../stack/problem.ts'
import { isAlive, type ProcessRecord, readProcessRecord } from '../stack/process-record.ts'
import { asStep, createScreen } from '../stack/screen.ts'
import { EXTRA_NAMES } from '../stack/servers.ts'
import { trustOf } from '../stack/status/addresses.ts'
import { onInterruption } from './interruption.ts'
import { passOn } from './passed-on.ts'

const PROGRAM = 'load-tests/whole-stack/main.ts'

export function stackTestCommand(): Command {
  return new Command('test')
    .description(
      'go the whole way through the stack that runs, step by step; one of its own is started where none does',
    )
    .addHelpText(
      'after',
      `
A title changes in the catalog and is found by search; somebody signs in at Keycloak, hears a track through NGINX and a gateway, and Superset counts it; another signs out there, and his socket is closed;
Airflow closes the month before this one of the demo's people, into ledger and reports. The title is taken back; the close stays, as closes do.

It goes through the stack that npm run stack has running for this data folder (SEGUE_DATA_DIR). Where none runs it starts one of its own on free ports, in a
folder that goes with it, with three tracks of the demo: on 2 cores that takes some minutes more. Ends with 1 when a step failed.`,
    )
    .action(async () => {
      const dataDir = dataFolder(process.env)
      const record = await readProcessRecord(inDataFolder.processes(dataDir))
      const runs = record !== undefined && (await isAlive(record.supervisor))
      process.exitCode = runs ? await throughRunning(dataDir, record) : await throughOwn()
    })
}

async function throughRunning(dataDir: string, { parts, supervisor }: ProcessRecord): Promise<number> {
  const lacks = EXTRA_NAMES.filter((name) => parts[name] === undefined && !isConfigured(name, process.env))
  if (lacks.length > 0) {
    throw new StackProblem(
      `what runs (pid ${supervisor.pid}) is without ${lacks.join(', ')}: wait until it is up, or stop it and run npm run stack`,
    )
  }
  return await go(dataDir, await readEnvFile(inDataFolder.environment(dataDir)))
}

async function throughOwn(): Promise<number> {
  const screen = createScreen(process.stdout)
  const interruption = onInterruption(screen.line)
  const { signal } = interruption
  screen.line('Nothing runs here: starting a stack of its own')
  try {
    const source = { SEGUE_LOG_LEVEL: process.env.SEGUE_LOG_LEVEL ?? 'warn' }
    const stack = await startOwnStack({ source, parts: 'all', extras: EXTRA_NAMES, screen, signal })
    try {
      await asStep(screen, 'Demo catalog', async ({ note }) => {
        const { tracks } = await loadDemoCatalog(stack.env, note, { size: 'tiny', signal })
        await seedWorld(stack.env)
        return `${tracks} tracks`
      })
      return await go(stack.dataDir, stack.env)
    } finally {
      await stack.stop()
    }
  } catch (error) {
    if (!signal.aborted) throw error
    return interruption.exitCode
  } finally {
    screen.close()
    interruption.end()
  }
}

async function go(dataDir: string, env: Readonly<Record<string, string>>): Promise<number> {
  // The edge's certificate is of an authority that no system knows.
  return await passOn(PROGRAM, [], { ...env, SEGUE_DATA_DIR: dataDir, NODE_EXTRA_CA_CERTS: trustOf(dataDir) })
}
