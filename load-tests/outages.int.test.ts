/**
 * Each server is killed for real and started again, one after the other, while music plays. A minute is eight seconds here: heartbeats and leases
 * are shortened with it (2 s and 6 s for 15 s and 45 s), so that each outage outlasts a lease.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { signIn } from '../infra/issuer/sign-in.ts'
import { cacheFolder } from '../infra/stack/folders.ts'
import { freePorts } from '../infra/stack/ports.ts'
import { silentScreen } from '../infra/stack/screen.ts'
import { type Stack, startStack } from '../infra/stack/stack.ts'
import { type Client, connect } from '../protocol/client/index.ts'
import { type Books, openBooks } from './drills/books.ts'
import { HeadlessPlayer } from './headless-player.ts'

const LEASE_MS = 6_000
const OUTAGE_MS = 8_000
const BACK_WITHIN_MS = 40_000

const SERVERS = ['redis', 'kafka', 'minio', 'postgres', 'clickhouse'] as const
/** Those that the workers tell of. */
const OF_WORKERS: readonly string[] = ['redis', 'kafka', 'postgres', 'clickhouse']

let dataDir: string
let stack: Stack
let books: Books
const deaths: string[] = []

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'segue-outages-'))
  stack = await startStack({
    dataDir,
    cacheDir: cacheFolder(process.env),
    ports: await freePorts(),
    source: {
      SEGUE_LOG_LEVEL: 'warn',
      SEGUE_HEARTBEAT_INTERVAL_MS: '2000',
      SEGUE_LEASE_MS: String(LEASE_MS),
      SEGUE_REAPER_INTERVAL_MS: '200',
    },
    parts: 'all',
    screen: silentScreen,
    onDeath: (death) => deaths.push(`${death.name}: ${death.tail.join('\n')}`),
  })
  await loadDemoCatalog(stack.env, () => undefined, { size: 'tiny' })
  books = openBooks(stack.env)
})

afterAll(async () => {
  await books?.close()
  await stack?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

const address = (port: 'GATEWAY' | 'WORKERS') => `http://127.0.0.1:${stack.env[`SEGUE_${port}_PORT`]}`

async function readiness(port: 'GATEWAY' | 'WORKERS') {
  const answer = await fetch(`${address(port)}/readyz`)
  return { status: answer.status, ...(await answer.json()) }
}

/** A plan pays for one stream: who plays at the same time is somebody else. */
async function tokenOf(accountId: string): Promise<string> {
  const redirectUri = `${address('GATEWAY')}/`
  const { accessToken } = await signIn({ issuerUrl: stack.env.SEGUE_ISSUER_URL ?? '', redirectUri, accountId })
  return accessToken
}

interface Listener {
  readonly client: Client
  readonly player: HeadlessPlayer
  readonly acknowledged: Set<string>
  /** Streams as the gateway named them. */
  readonly streams: Set<string>
  /** How streams were ended that this player did not end. */
  readonly surprises: string[]
  readonly states: string[]
  /** As a machine that lost its power does. */
  vanish(): void
}

function listen(token: string, device: string): Listener {
  let player: HeadlessPlayer | undefined
  const sockets: WebSocket[] = []
  class NotedSocket extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols)
      sockets.push(this)
    }
  }
  const client = connect({
    url: `${address('GATEWAY').replace('http', 'ws')}/ws`,
    token: async () => token,
    device: { id: device, name: device, kind: 'desktop' },
    position: () => player?.position(),
    webSocket: NotedSocket,
  })
  player = new HeadlessPlayer({ client, reportEveryMs: 500, goesOn: true })
  const listener: Listener = {
    client,
    player,
    acknowledged: new Set(),
    streams: new Set(),
    surprises: [],
    states: [],
    vanish() {
      player.stop()
      for (const socket of sockets) socket.terminate()
      client.close()
    },
  }
  client.on('acked', ({ events }) => {
    for (const { id } of events) listener.acknowledged.add(id)
  })
  client.on('playback', ({ stream_id, status, reason }) => {
    if (status === 'stopped' && reason !== undefined) listener.surprises.push(reason)
    else if (stream_id !== undefined) listener.streams.add(stream_id)
  })
  client.on('state', ({ state }) => listener.states.push(state))
  return listener
}

describe('each server gone for a while, alone', () => {
  it('music goes on without a gap, health says which, all recovers by itself, and nothing acknowledged is lost', async () => {
    const [ada, ben] = await Promise.all([tokenOf('acct-ada'), tokenOf('acct-ben')])
    const catalog = await (
      await fetch(`${address('GATEWAY')}/api/catalog`, { headers: { authorization: `Bearer ${ada}` } })
    ).json()
    const [first, second]: string[] = catalog.artists.flatMap(
      (artist: { albums: { tracks: { track_id: string }[] }[] }) =>
        artist.albums.flatMap((album) => album.tracks.map(({ track_id }) => track_id)),
    )
    const stays = listen(ada, 'stays')
    const leaves = listen(ben, 'leaves')
    await expect.poll(() => [stays.client.state, leaves.client.state]).toEqual(['connected', 'connected'])
    await stays.player.play(first ?? '')
    await leaves.player.play(second ?? '')
    await expect.poll(() => stays.player.bufferMs, { timeout: 15_000 }).toBeGreaterThan(15_000)
    await expect.poll(() => leaves.player.positionMs, { timeout: 15_000 }).toBeGreaterThan(3_000)

    for (const server of SERVERS) {
      const heardBefore = stays.player.positionMs
      await stack.kill(server, 'SIGKILL')
      await expect.poll(async () => (await readiness('GATEWAY')).degraded, { timeout: 10_000 }).toEqual([server])
      // This one is gone for good, while nobody can take note of it.
      if (server === 'redis') leaves.vanish()
      // A stream that begins while nobody takes the record of its beginning.
      if (server === 'kafka') await stays.player.play(second ?? '')
      await sleep(OUTAGE_MS)
      expect(await readiness('GATEWAY'), server).toMatchObject({
        status: 200,
        ready: true,
        degraded: [server],
        dependencies: { [server]: { state: 'down' } },
      })
      if (OF_WORKERS.includes(server)) expect((await readiness('WORKERS')).degraded, server).toEqual([server])
      expect(stays.player.moving, server).toBe(true)
      if (server !== 'kafka') expect(stays.player.positionMs, server).toBeGreaterThan(heardBefore + OUTAGE_MS / 2)

      await stack.restart(server)
      await expect
        .poll(async () => (await readiness('GATEWAY')).degraded, { timeout: BACK_WITHIN_MS, interval: 250 })
        .toEqual([])
      await expect
        .poll(async () => (await readiness('WORKERS')).status, { timeout: BACK_WITHIN_MS, interval: 250 })
        .toBe(200)
      await expect
        .poll(() => stays.client.pendingEvents, { timeout: BACK_WITHIN_MS, interval: 100, message: server })
        .toBeLessThan(3)
    }

    await stays.client.stop({ reason: 'stopped', position_ms: stays.player.positionMs })
    stays.player.stop()
    await expect.poll(() => stays.client.pendingEvents, { timeout: 20_000 }).toBe(0)
    stays.client.close()

    // Not a gap, not a reconnection, not a restart.
    expect(stays.player.stalls).toEqual([])
    expect(stays.states).toEqual(['connected', 'closed'])
    expect(stays.surprises).toEqual(['stopped'])
    expect(deaths).toEqual([])

    // Every acknowledged event, once; every stream with its end, the one that nobody ended as well.
    const acknowledged = new Set([...stays.acknowledged, ...leaves.acknowledged])
    await expect
      .poll(
        async () => {
          const events = await books.events()
          const copies = [...acknowledged].map((id) => events.get(id) ?? 0)
          return { lost: copies.filter((n) => n === 0).length, doubled: copies.filter((n) => n > 1).length }
        },
        { timeout: 30_000, interval: 500 },
      )
      .toEqual({ lost: 0, doubled: 0 })
    const names = [...stays.streams, ...leaves.streams]
    const open = async () => {
      const streams = await books.streams()
      return names.filter((id) => streams.get(id)?.reason_end == null)
    }
    await expect.poll(open, { timeout: 3 * LEASE_MS + 10_000, interval: 500 }).toEqual([])
    const ends = await books.streams()
    expect(ends.size).toBe(names.length)
    for (const id of leaves.streams) expect(ends.get(id)?.reason_end).toBe('lost')
    for (const id of stays.streams) {
      expect(ends.get(id)).toMatchObject({ flags: [] })
      expect(['pick', 'completed', 'stopped']).toContain(ends.get(id)?.reason_end)
    }
    // What PostgreSQL pays for is what counts, each once.
    const counted = [...ends.values()].filter(({ ms_played }) => ms_played >= 30_000).map(({ stream_id }) => stream_id)
    await expect
      .poll(async () => [...(await books.paid()).keys()].sort(), { timeout: 20_000, interval: 500 })
      .toEqual(counted.sort())
    expect(counted.length).toBeGreaterThanOrEqual(1)
  })
})
