/** Owns a whole stack: servers and programs started together, drilled one by one, stopped together. */

import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beginCapture, forgetCapture } from '../debezium/capture.ts'
import { forgetScrapeTargets, writeScrapeTargets } from '../observability/scrape-targets.ts'
import { type Child, type Exit, exitText, logTail } from './child.ts'
import { type EnvRecord, writeEnvFile } from './env-file.ts'
import { isConfigured, stackEnvironment } from './environment.ts'
import { ensureDataFolder, inDataFolder, requireSpace } from './folders.ts'
import { installSystems } from './install.ts'
import { memoryText } from './memory.ts'
import type { AppName, ExtraName, PartDefinition, PartName, ServerName, StartContext } from './part.ts'
import { HOST, type Ports, requireFreePorts } from './ports.ts'
import { StackProblem } from './problem.ts'
import { endLeftovers, isAlive, readProcessRecord, removeProcessRecord } from './process-record.ts'
import { ProcessRegister } from './process-register.ts'
import { signalTree } from './process-tree.ts'
import { applySchema } from './schemas.ts'
import { asStep, type Screen } from './screen.ts'
import { ensureSecrets } from './secrets.ts'
import { APP_NAMES, DEBIAN_PROGRAMS, EXTRA_NAMES, LAST_NAMES, PARTS, SERVER_NAMES } from './servers.ts'
import { startPart } from './start-part.ts'
import type { StackWatch } from './watch.ts'

export interface PartDeath {
  readonly name: PartName
  readonly title: string
  readonly exit: Exit
  readonly logFile: string
  readonly tail: readonly string[]
}

export interface StackOptions {
  readonly dataDir: string
  readonly cacheDir: string
  readonly ports: Ports
  /** Where configured addresses and levels are read: process.env, or {} for a stack that takes nothing from outside. */
  readonly source: NodeJS.ProcessEnv
  /** `servers` leaves the gateway and the workers to the caller, but for what the extras need; `needed` starts that alone. */
  readonly parts: 'servers' | 'all' | 'needed'
  /** None unless said otherwise. */
  readonly extras?: readonly ExtraName[]
  /** Of `all`; 1 unless said otherwise, or an extra needs the second. */
  readonly gateways?: 1 | 2
  readonly screen: Screen
  readonly signal?: AbortSignal
  /** Told what becomes of each part; its ports are taken care of with the others. */
  readonly watch?: StackWatch
  /** Told of a part that ends without being asked to. */
  onDeath?(death: PartDeath): void
}

export interface Stack {
  readonly env: EnvRecord
  readonly dataDir: string
  readonly ports: Ports
  /** What was started; of a configured server nothing is. */
  readonly parts: readonly PartName[]
  readonly running: readonly PartName[]
  /** Signals one part, as a fault would; with SIGKILL or its stop signal, resolves with how it ended. SIGSTOP and SIGCONT reach its children too. */
  kill(name: PartName, signal: NodeJS.Signals): Promise<Exit | undefined>
  /** Starts a part again, or for the first time; one that runs is stopped before. Returns how that ended. */
  restart(name: PartName): Promise<Exit | undefined>
  stop(): Promise<void>
}

const DEFINITIONS: Readonly<Record<PartName, PartDefinition>> = PARTS
/** After a SIGKILL a server's own children, or its port, may be there for a moment longer. */
const RESTART_TRIES = 5
const RESTART_PAUSE_MS = 1_000

/** Starts the servers side by side, each with its schema, then what talks to them, and what only shows it last; a failure stops them all. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataDir, cacheDir, ports, source, screen, watch } = options
  const stopping = new AbortController()
  const signal = options.signal === undefined ? stopping.signal : AbortSignal.any([options.signal, stopping.signal])
  const extras = (options.extras ?? []).filter((name) => !isConfigured(name, source))
  const needed = extras.flatMap((name) => DEFINITIONS[name].needs ?? [])
  const wanted = SERVER_NAMES.filter(
    (name) =>
      (options.parts !== 'needed' || needed.includes(name)) &&
      // Keycloak takes its place.
      !(name === 'issuer' && extras.includes('keycloak')),
  )
  const servers = wanted.filter((name) => !isConfigured(name, source))
  const all = options.gateways === 2 ? APP_NAMES : APP_NAMES.filter((name) => name !== 'gateway-2')
  const apps = APP_NAMES.filter((name) => needed.includes(name) || (options.parts === 'all' && all.includes(name)))

  await ensureDataFolder(dataDir)
  await requireSpace(dataDir, 'SEGUE_DATA_DIR')
  await takeOver(dataDir, screen)
  const wantedPorts = [...servers, ...extras, ...apps].flatMap((name) => PARTS[name].ports)
  await requireFreePorts(ports, [...wantedPorts, ...(watch?.ports ?? [])])
  const secrets = await ensureSecrets(inDataFolder.secrets(dataDir))
  await mkdir(inDataFolder.logs(dataDir), { recursive: true })
  const register = await ProcessRegister.open(inDataFolder.processes(dataDir))

  const env = stackEnvironment(ports, secrets, source, extras)
  const children = new Map<PartName, Child>()
  const asked = new WeakSet<Child>()

  const contextOf = (name: PartName): StartContext => {
    return { host: HOST, ports, secrets, folder: join(dataDir, name), cacheDir, env }
  }
  const start = async (name: PartName): Promise<void> => {
    const definition = DEFINITIONS[name]
    const logFile = inDataFolder.log(dataDir, name)
    watch?.became(name, 'starting')
    const child = await startPart({
      definition,
      context: contextOf(name),
      logFile,
      signal,
      onSpawn: async (spawned) => {
        watch?.became(name, 'starting', { pid: spawned.pid })
        await register.add(name, spawned.pid)
      },
    }).catch((error: unknown) => {
      watch?.became(name, signal.aborted ? 'stopped' : 'failed', { problem: String(error) })
      throw error
    })
    children.set(name, child)
    watch?.became(name, 'ready', { pid: child.pid })
    void child.exited.then(async (exit) => {
      if (asked.has(child) || children.get(name) !== child) return
      children.delete(name)
      const death = { name, title: definition.title, exit, logFile, tail: await logTail(logFile) }
      watch?.became(name, 'failed', { problem: [exitText(exit), ...death.tail.slice(-1)].join(': ') })
      options.onDeath?.(death)
    })
  }
  const end = async (name: PartName): Promise<Exit | undefined> => {
    const child = children.get(name)
    if (child === undefined) return undefined
    asked.add(child)
    await child.stop(PARTS[name].stopSignal, PARTS[name].stopWithinMs)
    children.delete(name)
    watch?.became(name, 'stopped')
    await register.remove(name)
    return await child.exited
  }
  const endAll = async (): Promise<void> => {
    // Those that write first, then those they write to.
    await Promise.all([...APP_NAMES, ...EXTRA_NAMES].map(end))
    await Promise.all(SERVER_NAMES.map(end))
    // Without servers its addresses lead nowhere, and a command is better told so.
    await rm(inDataFolder.environment(dataDir), { force: true })
    await forgetScrapeTargets(dataDir)
    await register.close()
  }

  const startServer = async (name: ServerName): Promise<void> => {
    await asStep(screen, PARTS[name].title, async (step) => {
      if (servers.includes(name)) await start(name)
      step.note('schema')
      signal.throwIfAborted()
      await applySchema(name, env)
      return servers.includes(name) ? await about(name) : 'configured, not started'
    })
  }
  const startOther = async (name: AppName | ExtraName): Promise<void> => {
    await asStep(screen, PARTS[name].title, async () => {
      await start(name)
      return await about(name)
    })
  }

  try {
    await watch?.planned({ env, dataDir, ports, source, parts: [...servers, ...extras, ...apps], contextOf })
    await installSystems({ cacheDir, servers: [...servers, ...extras], programs: DEBIAN_PROGRAMS, screen, signal })
    // An install takes minutes, in which somebody may have come: its answers would pass for ours.
    await requireFreePorts(ports, wantedPorts)
    await writeEnvFile(inDataFolder.environment(dataDir), env)
    await writeScrapeTargets(dataDir, [...apps, ...extras], ports)
    await allOrFirstFailure(wanted.map(startServer))
    // One that is run elsewhere has nobody else to make its slot.
    if (isConfigured('debezium', source)) await beginCapture(env)
    else if (servers.includes('postgres') && !extras.includes('debezium')) await forgetCapture(env)
    const others = [...apps, ...extras]
    const last = others.filter((name) => LAST_NAMES.includes(name))
    await allOrFirstFailure(others.filter((name) => !last.includes(name)).map(startOther))
    await allOrFirstFailure(last.map(startOther))
  } catch (error) {
    await endAll()
    throw error
  }

  let ending: Promise<void> | undefined
  return {
    env,
    dataDir,
    ports,
    parts: [...servers, ...extras, ...apps],
    get running() {
      return [...children.keys()]
    },
    async kill(name, fault) {
      const child = children.get(name)
      if (child === undefined) throw new Error(`${name} is not running: it cannot be killed`)
      if (fault === 'SIGSTOP' || fault === 'SIGCONT') {
        await signalTree(child.pid, fault)
        return undefined
      }
      asked.add(child)
      child.signal(fault)
      if (fault !== 'SIGKILL' && fault !== PARTS[name].stopSignal) return undefined
      const exit = await child.exited
      // Another signal may have waited for the same end, and the part be started again since.
      if (children.get(name) === child) {
        children.delete(name)
        await register.remove(name)
      }
      return exit
    },
    async restart(name) {
      const ended = await end(name)
      for (let attempt = 1; ; attempt += 1) {
        try {
          await start(name)
          return ended
        } catch (error) {
          if (attempt >= RESTART_TRIES || signal.aborted) throw error
          await sleep(RESTART_PAUSE_MS, undefined, { signal })
        }
      }
    },
    stop() {
      // A part that is just being started again gives up.
      stopping.abort(new Error('the stack stops'))
      ending ??= endAll()
      return ending
    },
  }
}

/** What the screen says of one that is up. */
const about = async (name: PartName): Promise<string> => `${await PARTS[name].version()}, ${memoryText(name)}`

/** Waits for all, so that nothing is still starting when the failure of one stops the rest. */
async function allOrFirstFailure(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

/** Makes this process the only one at the data folder; what a killed start left running is ended. */
async function takeOver(dataDir: string, screen: Screen): Promise<void> {
  const path = inDataFolder.processes(dataDir)
  const record = await readProcessRecord(path)
  if (record === undefined) return
  if (await isAlive(record.supervisor)) {
    throw new StackProblem(
      `already running as pid ${record.supervisor.pid}: stop it with Ctrl-C or kill ${record.supervisor.pid} first`,
    )
  }
  const ended = await endLeftovers(record)
  if (ended.length > 0) screen.line(`  ended what an earlier start left running: ${ended.join(', ')}`)
  await removeProcessRecord(path)
}
