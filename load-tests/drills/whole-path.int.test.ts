import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { type ClickHouseClient, createClickHouse } from '../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../infra/clickhouse/config.ts'
import { loadDemoCatalog } from '../../infra/demo/load-demo-catalog.ts'
import { signIn } from '../../infra/issuer/sign-in.ts'
import { createPool, type Pool } from '../../infra/postgres/client.ts'
import { postgresConfig } from '../../infra/postgres/config.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { cacheFolder } from '../../infra/stack/folders.ts'
import { freePorts } from '../../infra/stack/ports.ts'
import { silentScreen } from '../../infra/stack/screen.ts'
import { type Stack, startStack } from '../../infra/stack/stack.ts'
import { type Client, connect } from '../../protocol/client/index.ts'
import { HeadlessPlayer } from '../headless-player.ts'

const LEASE_MS = 20_000

let dataDir: string
let stack: Stack
let pool: Pool
let clickhouse: ClickHouseClient

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'segue-whole-'))
  stack = await startStack({
    dataDir,
    cacheDir: cacheFolder(process.env),
    ports: await freePorts(),
    source: {
      SEGUE_LOG_LEVEL: 'warn',
      SEGUE_HEARTBEAT_INTERVAL_MS: '2000',
      SEGUE_LEASE_MS: String(LEASE_MS),
    },
    parts: 'all',
    screen: silentScreen,
  })
  await loadDemoCatalog(stack.env, () => undefined, { size: 'tiny' })
  const config = readEnv(stack.env, (read) => ({
    postgres: postgresConfig(read, 'finance'),
    clickhouse: clickhouseConfig(read),
  }))
  pool = createPool(config.postgres.url, { applicationName: 'whole-path-test' })
  clickhouse = createClickHouse(config.clickhouse)
})

afterAll(async () => {
  await pool?.end()
  await clickhouse?.close()
  await stack?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

async function rows<T>(query: string): Promise<T[]> {
  return (await clickhouse.query({ query, format: 'JSONEachRow' })).json<T>()
}

describe('from a music file on disk to a paid stream', () => {
  it('survives a gateway killed in the middle of a track: every acknowledged event once, every qualified stream paid', async () => {
    const { env } = stack
    const gateway = `127.0.0.1:${env.SEGUE_GATEWAY_PORT}`
    const { accessToken } = await signIn({
      issuerUrl: env.SEGUE_ISSUER_URL ?? '',
      redirectUri: `http://${gateway}/`,
      accountId: 'acct-ada',
    })
    const catalog = await (
      await fetch(`http://${gateway}/api/catalog`, { headers: { authorization: `Bearer ${accessToken}` } })
    ).json()
    const [first, second] = catalog.artists.flatMap((artist: { albums: { tracks: { track_id: string }[] }[] }) =>
      artist.albums.flatMap((album) => album.tracks),
    )

    const acknowledged = new Set<string>()
    const states: string[] = []
    const resumed: boolean[] = []
    let player: HeadlessPlayer | undefined
    const client: Client = connect({
      url: `ws://${gateway}/ws`,
      token: async () => accessToken,
      device: { id: 'whole-path', name: 'Whole path', kind: 'desktop' },
      position: () => player?.position(),
      webSocket: WebSocket,
    })
    player = new HeadlessPlayer({ client, reportEveryMs: 500 })
    client.on('acked', ({ events }) => {
      for (const { id } of events) acknowledged.add(id)
    })
    client.on('state', ({ state }) => states.push(state))
    client.on('resumed', ({ recovered }) => resumed.push(recovered))
    await expect.poll(() => client.state).toBe('connected')

    // A whole qualified stream.
    const one = await client.play({ track_id: first.track_id, reason: 'pick' })
    await expect.poll(() => player.positionMs, { interval: 200 }).toBeGreaterThan(33_000)

    // Another one, and the gateway dies in the middle of it.
    const two = await client.play({ track_id: second.track_id, from_ms: player.positionMs, reason: 'pick' })
    await expect.poll(() => player.positionMs, { interval: 200 }).toBeGreaterThan(8_000)
    await stack.kill('gateway', 'SIGKILL')
    const atKill = player.positionMs
    await stack.restart('gateway')

    // It goes on from where it was, out of the buffer meanwhile: the same session, the same stream.
    await expect.poll(() => resumed, { timeout: 90_000 }).toEqual([true])
    expect(client.playback).toMatchObject({ status: 'playing', stream_id: two.stream_id })
    expect(player.positionMs).toBeGreaterThanOrEqual(atKill)
    await expect.poll(() => player.positionMs, { interval: 200 }).toBeGreaterThan(33_000)

    // A third one that nobody ends: gateway and player go at once.
    const three = await client.play({ track_id: first.track_id, from_ms: player.positionMs, reason: 'pick' })
    await expect.poll(() => player.positionMs, { interval: 200 }).toBeGreaterThan(5_000)
    await expect.poll(() => client.pendingEvents).toBe(0)
    player.stop()
    await stack.kill('gateway', 'SIGKILL')
    client.close()
    await stack.restart('gateway')

    expect(player.failures).toEqual([])
    expect(states).toContain('disconnected')
    expect(acknowledged.size).toBeGreaterThan(100)

    // ClickHouse holds every acknowledged event, once, with no help of FINAL.
    await expect
      .poll(async () => Number((await rows<{ n: string }>('SELECT count() AS n FROM playback_events'))[0]?.n), {
        timeout: 20_000,
        interval: 500,
      })
      .toBe(acknowledged.size)
    const stored = await rows<{ event_id: string }>('SELECT toString(event_id) AS event_id FROM playback_events')
    expect(new Set(stored.map(({ event_id }) => event_id))).toEqual(acknowledged)

    // The stream that nobody ended is ended by the reaper, as of its last evidence.
    const ended = async () =>
      rows<{ stream_id: string; reason_end: string; ms_played: string }>(
        `SELECT toString(stream_id) AS stream_id, reason_end, ms_played FROM streams FINAL WHERE ended_at IS NOT NULL`,
      )
    await expect.poll(async () => (await ended()).length, { timeout: LEASE_MS + 40_000, interval: 500 }).toBe(3)
    const byId = new Map((await ended()).map((stream) => [stream.stream_id, stream]))
    expect(byId.get(one.stream_id ?? '')).toMatchObject({ reason_end: 'pick' })
    expect(byId.get(two.stream_id ?? '')).toMatchObject({ reason_end: 'pick' })
    expect(byId.get(three.stream_id ?? '')).toMatchObject({ reason_end: 'lost' })
    expect(Number(byId.get(three.stream_id ?? '')?.ms_played)).toBeLessThan(30_000)

    // PostgreSQL pays for the streams that qualified, each once, and for nothing else.
    const paid = async () =>
      (await pool.query('SELECT stream_id, ms_played, counted FROM royalty_streams ORDER BY started_at')).rows
    await expect.poll(async () => (await paid()).length, { interval: 500 }).toBe(2)
    const qualified = [...byId.values()].filter(({ ms_played }) => Number(ms_played) >= 30_000)
    expect(await paid()).toEqual(
      [one.stream_id, two.stream_id].map((stream_id) => ({
        stream_id,
        ms_played: Number(qualified.find((stream) => stream.stream_id === stream_id)?.ms_played),
        counted: true,
      })),
    )
  }, 360_000)
})
