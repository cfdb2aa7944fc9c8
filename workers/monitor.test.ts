import getPort, { portNumbers } from 'get-port'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDependency } from '../infra/runtime/dependency.ts'
import { createLogger } from '../infra/runtime/log.ts'
import { createWorkerMetrics } from './metrics.ts'
import { createMonitor } from './monitor.ts'

const log = createLogger('test', 'silent')
const metrics = createWorkerMetrics()
const worker = { name: 'tried', async start() {}, async stop() {}, ready: () => ready() }
const redis = createDependency('redis', { log, probe: async () => undefined })
let ready: () => boolean
let origin: string
let monitor: ReturnType<typeof createMonitor>

beforeEach(async () => {
  ready = () => true
  const port = await getPort({ host: '127.0.0.1', port: portNumbers(20_000, 20_499) })
  origin = `http://127.0.0.1:${port}`
  monitor = createMonitor({ host: '127.0.0.1', port, workers: [worker], dependencies: [redis], metrics, log })
  await monitor.start(new AbortController().signal)
})
afterEach(() => monitor.stop())

const status = async (path: string) => (await fetch(`${origin}${path}`)).status

describe('the monitor of the workers', () => {
  it.each(['//', '///', '//[', '/http://[::', '/__proto__'])('answers %s with 404, and stays', async (path) => {
    expect(await status(path)).toBe(404)
    expect(await status('/healthz?verbose=1')).toBe(200)
  })

  it('answers 500 when the answer cannot be made, and stays', async () => {
    ready = () => {
      throw new Error('no')
    }
    expect(await status('/readyz')).toBe(500)
    expect(await status('/healthz')).toBe(200)
  })

  it('is not ready when a worker is not', async () => {
    ready = () => false
    expect(await status('/readyz')).toBe(503)
  })

  it('says by name which worker is not at work, and which server is away', async () => {
    ready = () => false
    redis.failed(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))
    const body = await (await fetch(`${origin}/readyz`)).json()
    expect(body).toMatchObject({
      ready: false,
      why: 'not at work: tried',
      workers: { tried: false },
      degraded: ['redis'],
      dependencies: { redis: { state: 'down', last_error: 'refused' } },
    })
    redis.worked()
  })
})
