/** Owns what a drill is done on: a whole stack of its own with two gateways, a catalog, and listeners who play. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadDemoCatalog } from '../../infra/demo/load-demo-catalog.ts'
import { cacheFolder, inDataFolder } from '../../infra/stack/folders.ts'
import { freePorts } from '../../infra/stack/ports.ts'
import type { Screen } from '../../infra/stack/screen.ts'
import { type PartDeath, type Stack, startStack } from '../../infra/stack/stack.ts'
import { until } from '../until.ts'
import { startAccounts } from './accounts.ts'
import { type Books, openBooks } from './books.ts'
import { Listener } from './listener.ts'

/** How long gateways wait for a beat, and the reaper for a stream. */
export interface RigTiming {
  readonly heartbeatMs: number
  readonly leaseMs: number
}
/** So that a freeze of a few seconds is longer than a heartbeat's patience, and a lost stream is soon ended. */
export const SHORT_TIMING: RigTiming = { heartbeatMs: 2_000, leaseMs: 20_000 }
/** As `gateway/config.ts` has them by default. */
export const DEPLOYED_TIMING: RigTiming = { heartbeatMs: 15_000, leaseMs: 45_000 }
const CONNECT_WITHIN_MS = 60_000

export interface RigOptions {
  readonly seed: number
  readonly players: number
  readonly timing: RigTiming
  readonly screen: Screen
  readonly signal?: AbortSignal
}

export interface Rig {
  readonly timing: RigTiming
  readonly stack: Stack
  readonly books: Books
  readonly listeners: readonly Listener[]
  /** Parts that ended by themselves. */
  readonly deaths: readonly PartDeath[]
  /** Ends everything; the logs stay where they are when they are still wanted, and their folder is returned. */
  end(keepLogs: boolean): Promise<string | undefined>
}

/** Starts the stack and the listeners, and returns when each is connected. */
export async function buildRig({ seed, players, timing, screen, signal }: RigOptions): Promise<Rig> {
  const dataDir = await mkdtemp(join(tmpdir(), 'segue-drills-'))
  const deaths: PartDeath[] = []
  const accounts = await startAccounts()
  const forget = async () => {
    await accounts.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  const stack = await startStack({
    dataDir,
    cacheDir: cacheFolder(process.env),
    ports: await freePorts(),
    source: {
      SEGUE_LOG_LEVEL: process.env.SEGUE_LOG_LEVEL ?? 'warn',
      SEGUE_HEARTBEAT_INTERVAL_MS: String(timing.heartbeatMs),
      SEGUE_LEASE_MS: String(timing.leaseMs),
      SEGUE_ISSUER_URL: accounts.issuer,
      SEGUE_JWKS_URL: accounts.jwksUrl,
    },
    parts: 'all',
    gateways: 2,
    screen,
    onDeath: (death) => deaths.push(death),
    ...(signal === undefined ? {} : { signal }),
  }).catch(async (error: unknown) => {
    await forget()
    throw error
  })

  const listeners: Listener[] = []
  let books: Books | undefined
  const end = async (keepLogs: boolean) => {
    for (const listener of listeners) listener.close()
    await Promise.all(listeners.map((listener) => listener.settle()))
    await books?.close()
    await stack.stop()
    if (!keepLogs) {
      await forget()
      return undefined
    }
    await accounts.stop()
    for (const name of stack.parts) await rm(join(dataDir, name), { recursive: true, force: true })
    return inDataFolder.logs(dataDir)
  }
  try {
    await loadDemoCatalog(stack.env, () => undefined, { size: 'tiny', ...(signal === undefined ? {} : { signal }) })
    books = openBooks(stack.env)
    const tracks = await trackIds(stack, await accounts.token(0))
    const { SEGUE_GATEWAY_HOST: host } = stack.env
    const gateways = [stack.ports.gateway, stack.ports.gateway2].map((port) => `ws://${host}:${port}/ws`)
    for (let number = 1; number <= players; number += 1) {
      const token = () => accounts.token(number)
      listeners.push(new Listener({ number, seed, gateways, tracks, token }))
    }
    await until(() => listeners.every(({ client }) => client.state === 'connected'), {
      what: 'every listener to connect',
      withinMs: CONNECT_WITHIN_MS,
    })
    return { timing, stack, books, listeners, deaths, end }
  } catch (error) {
    await end(false)
    throw error
  }
}

async function trackIds(stack: Stack, token: string): Promise<string[]> {
  const url = `http://${stack.env.SEGUE_GATEWAY_HOST}:${stack.env.SEGUE_GATEWAY_PORT}/api/catalog`
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  const catalog = (await answer.json()) as {
    artists: { albums: { tracks: { track_id: string }[] }[] }[]
  }
  return catalog.artists.flatMap(({ albums }) => albums.flatMap(({ tracks }) => tracks.map(({ track_id }) => track_id)))
}
