/** Owns the measuring of the way of an event: from the player that reports it to the row that a query counts. */

import { setTimeout as pause } from 'node:timers/promises'
import WebSocket from 'ws'
import { type ClickHouseClient, createClickHouse } from '../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../infra/clickhouse/config.ts'
import { startKeyServer } from '../../infra/issuer/key-server.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { inDataFolder } from '../../infra/stack/folders.ts'
import { readProcessRecord } from '../../infra/stack/process-record.ts'
import { descendantsOf } from '../../infra/stack/process-tree.ts'
import { withScratchServers } from '../../infra/stack/scratch-servers.ts'
import type { Stack } from '../../infra/stack/stack.ts'
import { type Client, connect } from '../../protocol/client/index.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import { type ProcessNames, startMeter } from '../storms/process-meter.ts'

export interface LagOptions {
  readonly eventsPerS: number
  readonly seconds: number
}

export interface LagResult {
  readonly eventsPerS: number
  readonly traced: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly mostMs: number
  /** Processor time of each part for an event, in microseconds: it says more than times do while others use the machine. */
  readonly cpuUsAnEvent: Readonly<Record<string, number>>
}

const PLAYERS = 50
const TICK_MS = 100
/** Events are looked for so often: what is measured may be so much too long. */
const LOOK_EVERY_MS = 50
const WARM_UP_MS = 5_000
const CONNECT_WITHIN_MS = 60_000
const SETTLE_WITHIN_MS = 180_000

/** A whole stack: one gateway, all workers. One player more sends what is looked for. */
export async function measureLag(
  { eventsPerS, seconds }: LagOptions,
  onProgress: (what: string) => void,
): Promise<LagResult> {
  const keys = await startKeyServer()
  try {
    const issuer = { SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl }
    return await withScratchServers('all', issuer, async (env, stack) => {
      const store = createClickHouse(readEnv(env, clickhouseConfig), { application: 'segue-bench' })
      const url = `ws://${env.SEGUE_GATEWAY_HOST}:${env.SEGUE_GATEWAY_PORT}/ws`
      const player = (name: string) =>
        connect({
          url,
          token: () => keys.token({ claims: { sub: name, plan: 'family', country: 'DE' }, expiresInS: 3_600 }),
          device: { id: name, name, kind: 'phone' },
          webSocket: WebSocket,
        })
      const tracer = player('tracer')
      const players = Array.from({ length: PLAYERS }, (_, number) => player(`player-${number}`))
      try {
        await until(() => [tracer, ...players].every(({ state }) => state === 'connected'), CONNECT_WITHIN_MS)
        const processes = await processesOf(stack)
        return await trace({ store, tracer, players, processes, eventsPerS, seconds, onProgress })
      } finally {
        for (const each of [tracer, ...players]) each.close()
        await store.close()
      }
    })
  } finally {
    await keys.stop()
  }
}

/** As they are now: PostgreSQL's backends stay as long as those who signed in. */
async function processesOf({ dataDir }: Stack): Promise<ProcessNames> {
  const parts = (await readProcessRecord(inDataFolder.processes(dataDir)))?.parts ?? {}
  const named: Record<string, readonly number[]> = { generator: [process.pid] }
  for (const [name, { pid }] of Object.entries(parts)) named[name] = [pid, ...(await descendantsOf(pid))]
  return named
}

interface Trace extends LagOptions {
  readonly store: ClickHouseClient
  readonly tracer: Client
  readonly players: readonly Client[]
  readonly processes: ProcessNames
  readonly onProgress: (what: string) => void
}

async function trace({
  store,
  tracer,
  players,
  processes,
  eventsPerS,
  seconds,
  onProgress,
}: Trace): Promise<LagResult> {
  const stream_id = uuidv7(Date.now())
  const report = (client: Client) => client.report('position', { stream_id, position_ms: 0, buffer_ms: 12_000 })
  const reportedAt = new Map<string, number>()
  const lags: number[] = []
  const began = performance.now()
  let told = 0
  const ticks = setInterval(() => {
    const elapsedMs = performance.now() - began
    // By the clock and not by the tick, so that a tick that is late is made up for.
    for (; told < (elapsedMs / 1000) * eventsPerS; told += 1) {
      const client = players[told % players.length]
      if (client !== undefined) report(client)
    }
    if (elapsedMs > WARM_UP_MS) reportedAt.set(report(tracer).id, performance.now())
  }, TICK_MS)
  const look = async () => {
    const ids = [...reportedAt.keys()]
    if (ids.length === 0) return
    const result = await store.query({
      query: `SELECT toString(event_id) AS id FROM playback_events
        WHERE id_hour >= toStartOfHour(now() - INTERVAL 1 HOUR) AND account_id = 'tracer' AND event_id IN {ids:Array(UUID)}`,
      query_params: { ids },
      format: 'JSONEachRow',
    })
    const found = await result.json<{ id: string }>()
    for (const { id } of found) {
      const at = reportedAt.get(id)
      if (at === undefined) continue
      lags.push(performance.now() - at)
      reportedAt.delete(id)
    }
  }
  const endMs = began + WARM_UP_MS + seconds * 1000
  const meter = startMeter(() => processes)
  try {
    while (performance.now() < endMs) {
      await look()
      onProgress(`${Math.round((performance.now() - began) / 1000)} s, ${lags.length} events seen`)
      await pause(LOOK_EVERY_MS)
    }
  } finally {
    clearInterval(ticks)
  }
  const toldPerS = told / ((performance.now() - began) / 1000)
  const settleBy = performance.now() + SETTLE_WITHIN_MS
  while (reportedAt.size > 0 || (await counted(store)) < told + lags.length) {
    if (performance.now() > settleBy) throw new Error(`${await counted(store)} of ${told + lags.length} events came`)
    await look()
    await pause(LOOK_EVERY_MS)
  }
  // Only now is the work done that is divided by the events.
  const used = Object.entries(await meter.stop())
  lags.sort((a, b) => a - b)
  const at = (share: number) => Math.round(lags[Math.min(lags.length - 1, Math.floor(share * lags.length))] ?? 0)
  return {
    eventsPerS: Math.round(toldPerS),
    traced: lags.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    mostMs: at(1),
    cpuUsAnEvent: Object.fromEntries(
      used.map(([name, { seconds: so }]) => [
        name,
        Math.round(((so.at(-1)?.seconds ?? 0) * 1e6) / (told + lags.length)),
      ]),
    ),
  }
}

async function counted(store: ClickHouseClient): Promise<number> {
  const result = await store.query({ query: 'SELECT count() AS events FROM playback_events', format: 'JSONEachRow' })
  return Number((await result.json<{ events: string }>())[0]?.events)
}

async function until(condition: () => boolean, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('the players do not connect')
    await pause(50)
  }
}
