/** Owns what an operator asks the workers over HTTP: alive, ready, and the figures. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Dependency } from '../infra/runtime/dependency.ts'
import type { Service } from '../infra/runtime/lifecycle.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { WorkerMetrics } from './metrics.ts'
import type { Worker } from './worker.ts'

export interface MonitorOptions {
  readonly host: string
  readonly port: number
  readonly workers: readonly Worker[]
  readonly dependencies: readonly Dependency[]
  readonly metrics: WorkerMetrics
  readonly log: Logger
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

const json = (status: number, value: object): Answer => ({
  status,
  type: 'application/json',
  body: `${JSON.stringify(value)}\n`,
})

export function createMonitor({ host, port, workers, dependencies, metrics, log }: MonitorOptions): Service {
  let server: Server | undefined

  const routes: Readonly<Record<string, () => Promise<Answer>>> = {
    '/healthz': async () => json(200, { alive: true, uptime_s: Math.floor(process.uptime()) }),
    '/readyz': async () => {
      const states = Object.fromEntries(workers.map((worker) => [worker.name, worker.ready()]))
      const servers = Object.fromEntries(dependencies.map((dependency) => [dependency.name, dependency.state()]))
      const behind = Object.keys(states).filter((name) => !states[name])
      const ready = behind.length === 0
      return json(ready ? 200 : 503, {
        ready,
        ...(ready ? {} : { why: `not at work: ${behind.join(', ')}` }),
        workers: states,
        degraded: Object.keys(servers).filter((name) => servers[name]?.state === 'down'),
        dependencies: servers,
      })
    },
    '/metrics': async () => ({
      status: 200,
      type: metrics.registry.contentType,
      body: await metrics.registry.metrics(),
    }),
  }

  /** Never throws: whoever can reach the port must not be able to end the workers. */
  async function answer(target: string): Promise<Answer> {
    // Not `new URL`, which refuses some targets that HTTP lets through, `//` among them.
    const [path = ''] = target.split('?')
    try {
      return (await routes[path]?.()) ?? { status: 404, type: 'text/plain', body: 'not found\n' }
    } catch (error) {
      log.error({ err: error, path }, 'a question to the workers could not be answered')
      return { status: 500, type: 'text/plain', body: 'this cannot be told now: see the log\n' }
    }
  }

  return {
    name: 'monitor',
    async start() {
      const listening = createServer(async (request, response) => {
        const { status, type, body } = await answer(request.url ?? '/')
        response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body)
      })
      server = listening
      await new Promise<void>((resolve, reject) => {
        listening.once('error', reject)
        listening.listen(port, host, resolve)
      })
      log.info({ host, port: (listening.address() as AddressInfo).port }, 'workers answer')
    },
    async stop() {
      server?.close()
      server?.closeAllConnections()
    },
  }
}
