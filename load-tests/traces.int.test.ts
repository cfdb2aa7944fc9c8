/** Owns the test of traces, on real servers: one event followed from the socket through Kafka into the books, as a collector is told of it. */

import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import WebSocket from 'ws'
import { type GatewayProcess, startGateway } from '../gateway/testing/gateway-process.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { type Client, connect } from '../protocol/client/index.ts'
import { uuidv7 } from '../protocol/ids.ts'
import { startWorkers, type WorkerProcess } from '../workers/testing/worker-process.ts'

/** As OTLP has them in JSON. */
interface Told {
  readonly service: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: unknown }[]
}
interface Export {
  readonly resourceSpans: readonly {
    readonly resource: {
      readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[]
    }
    readonly scopeSpans: readonly { readonly spans: readonly Omit<Told, 'service'>[] }[]
  }[]
}

const ACCOUNT = `acct-${randomUUID()}`
const env = inject('stackEnv')
const told: Told[] = []
const acked: string[] = []
let status = 200
let collector: Server
let keys: KeyServer
let gateway: GatewayProcess
let workers: WorkerProcess
let client: Client

beforeAll(async () => {
  collector = createServer(async (request, response) => {
    const { resourceSpans } = (await json(request)) as Export
    if (status === 200) told.push(...resourceSpans.flatMap(spansOf))
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const { port } = collector.address() as AddressInfo
  const traced = { ...env, SEGUE_TRACES_URL: `http://127.0.0.1:${port}/v1/traces`, SEGUE_TRACES_PER_MILLION: '1000000' }
  keys = await startKeyServer()
  gateway = await startGateway({
    ...traced,
    SEGUE_LOG_LEVEL: 'info',
    SEGUE_ISSUER_URL: keys.issuer,
    SEGUE_JWKS_URL: keys.jwksUrl,
  })
  workers = await startWorkers(traced, ['ingest', 'royalties'])
  await workers.untilReady()
  client = connect({
    url: gateway.ws,
    token: () => keys.token({ claims: { sub: ACCOUNT } }),
    device: { id: 'phone', name: 'Pocket', kind: 'phone' },
    webSocket: WebSocket,
  })
  client.on('acked', ({ events }) => acked.push(...events.map(({ id }) => id)))
})

afterAll(async () => {
  client?.close()
  await workers?.kill('SIGTERM')
  await gateway?.stop()
  await keys?.stop()
  await new Promise((resolve) => collector.close(resolve))
})

const spansOf = ({ resource, scopeSpans }: Export['resourceSpans'][number]): Told[] => {
  const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? ''
  return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ service, ...span })))
}
const eventsOf = ({ attributes }: Told): string =>
  JSON.stringify(attributes.find(({ key }) => key === 'segue.event_ids'))
const traceOf = (eventId: string): Told[] => {
  const first = told.find((span) => eventsOf(span)?.includes(eventId))
  return first === undefined ? [] : told.filter(({ traceId }) => traceId === first.traceId)
}
/** Reports where a playhead is; gives the id of the event when it is acknowledged. */
const report = async (): Promise<string> => {
  const before = acked.length
  client.report('position', { stream_id: uuidv7(Date.now()), position_ms: 1_000 })
  await expect.poll(() => acked.length).toBe(before + 1)
  return acked.at(-1) ?? ''
}

it('follows one event from the socket through Kafka into ClickHouse and PostgreSQL, and tells nothing of who it is', async () => {
  const id = await report()
  const line = (span: Told) => `${span.service}: ${span.name}`
  await expect
    .poll(() => traceOf(id).map(line).sort())
    .toEqual([
      'segue-gateway: playback.events send',
      'segue-gateway: telemetry',
      'segue-workers: clickhouse insert',
      'segue-workers: postgres transaction',
      'segue-workers: segue.ingest process',
      'segue-workers: segue.royalties process',
    ])
  const trace = traceOf(id)
  const named = (name: string) => trace.find((span) => span.name === name)
  const path = ['telemetry', 'playback.events send', 'segue.ingest process', 'clickhouse insert']
  for (const [index, name] of path.entries()) {
    const before = path[index - 1]
    expect(named(name)?.parentSpanId ?? '').toBe(before === undefined ? '' : named(before)?.spanId)
  }
  const times = path.map((name) => BigInt(named(name)?.startTimeUnixNano ?? 0))
  expect([...times].sort((a, b) => (a < b ? -1 : 1))).toEqual(times)
  expect(JSON.stringify(told)).not.toMatch(new RegExp(`${ACCOUNT}|Pocket|127\\.0\\.0\\.1|Bearer`))
})

it('loses traces, and nothing else, while the collector refuses them; that is said once', async () => {
  status = 503
  const said = () => gateway.output().split('the collector does not take traces').length - 1
  for (let times = 0; times < 3; times += 1) {
    await report()
    await expect.poll(said).toBe(1)
  }
  status = 200
  const id = await report()
  await expect.poll(() => traceOf(id).length).toBeGreaterThan(1)
  await expect.poll(() => gateway.output()).toContain('the collector takes traces again')
  expect(said()).toBe(1)
})
