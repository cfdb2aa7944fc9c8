/** Owns what a storm needs around it: servers of its own, an issuer, one album, and the generators. */

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KeyServer, startKeyServer } from '../../infra/issuer/key-server.ts'
import { cacheFolder, inDataFolder } from '../../infra/stack/folders.ts'
import type { StartContext } from '../../infra/stack/part.ts'
import { freePorts, HOST } from '../../infra/stack/ports.ts'
import { readProcessRecord } from '../../infra/stack/process-record.ts'
import type { Screen } from '../../infra/stack/screen.ts'
import { ensureSecrets } from '../../infra/stack/secrets.ts'
import { type Stack, startStack } from '../../infra/stack/stack.ts'
import { type Contender, type ContenderStart, type FloorSizes, startFloor, startGateway } from './contender.ts'
import { type Generators, startGenerators } from './generators.ts'
import { insertAlbum } from './one-album.ts'
import type { Account } from './orders.ts'
import { CORE, pin } from './pin.ts'
import type { ProcessNames } from './process-meter.ts'

export interface YardOptions {
  readonly generators: number
  readonly pin: boolean
  readonly profileFolder: string | undefined
  /** For the gateways, above what they are told anyway. */
  readonly variables?: Readonly<Record<string, string>>
  readonly screen: Screen
  readonly signal: AbortSignal
}

export interface Yard {
  readonly env: Readonly<Record<string, string>>
  readonly generators: Generators
  readonly trackId: string
  readonly signal: AbortSignal
  readonly screen: Screen
  /** A gateway on `port`, or on a free one. */
  gateway(port?: number): Promise<Contender>
  /** What any other contender is started with. */
  start(changes?: Partial<ContenderStart>): Promise<ContenderStart>
  floor(sizes: FloorSizes, port?: number): Promise<Contender>
  /** As many accounts that nobody had before, with an access token each. */
  accounts(clients: number): Promise<readonly Account[]>
  /** The processes to be metered, beside the contenders. */
  processes(contenders: () => readonly Contender[]): () => ProcessNames
  close(): Promise<void>
}

const TOKEN_LIFE_S = 7_200
const TOKENS_AT_ONCE = 200

export async function openYard(options: YardOptions): Promise<Yard> {
  const { screen, signal } = options
  const dataDir = await mkdtemp(join(tmpdir(), 'segue-storms-'))
  const core = options.pin ? CORE : { measured: undefined, others: undefined }
  let keys: KeyServer | undefined
  let stack: Stack | undefined
  let generators: Generators | undefined
  const close = async () => {
    await generators?.stop()
    await stack?.stop()
    await keys?.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    keys = await startKeyServer()
    const ports = await freePorts()
    stack = await startStack({
      dataDir,
      cacheDir: cacheFolder(process.env),
      ports,
      // Nothing from outside: what is measured are servers of its own.
      source: {
        SEGUE_LOG_LEVEL: 'warn',
        SEGUE_ISSUER_URL: keys.issuer,
        SEGUE_JWKS_URL: keys.jwksUrl,
        ...options.variables,
      },
      parts: 'servers',
      screen,
      signal,
    })
    const { env } = stack
    const trackId = await insertAlbum(env)
    const parts = (await readProcessRecord(inDataFolder.processes(dataDir)))?.parts ?? {}
    const pidOf = (name: string) => parts[name]?.pid ?? 0
    if (core.others !== undefined) for (const { pid } of Object.values(parts)) await pin(pid, core.others)
    generators = startGenerators(options.generators, core.others)
    const pids = generators.pids

    const logFolder = join(dataDir, 'logs')
    await mkdir(logFolder, { recursive: true })
    const secrets = await ensureSecrets(inDataFolder.secrets(dataDir))
    const context: StartContext = { host: HOST, ports, secrets, folder: dataDir, cacheDir: '', env }
    const { profileFolder } = options
    const startOn = async (port: number | undefined) => ({
      port: port ?? (await freePorts()).gateway,
      context,
      logFolder,
      signal,
      core: core.measured,
      profileFolder,
    })
    const { token } = keys
    let fleets = 0
    return {
      env,
      generators,
      trackId,
      signal,
      screen,
      gateway: async (port) => startGateway(await startOn(port)),
      start: async (changes = {}) => ({ ...(await startOn(changes.port)), ...changes }),
      floor: async (sizes, port) => startFloor(await startOn(port), sizes),
      async accounts(clients) {
        fleets += 1
        const all: Account[] = []
        while (all.length < clients) {
          const some = Array.from({ length: Math.min(TOKENS_AT_ONCE, clients - all.length) }, async (_, i) => {
            const id = `acct-storm-${fleets}-${all.length + i}`
            return { id, token: await token({ claims: { sub: id, plan: 'family' }, expiresInS: TOKEN_LIFE_S }) }
          })
          all.push(...(await Promise.all(some)))
        }
        return all
      },
      processes: (contenders) => () => ({
        server: contenders().map(({ pid }) => pid),
        redis: [pidOf('redis')],
        kafka: [pidOf('kafka')],
        generators: pids,
      }),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
