/** Owns how our own two programs are started beside the servers: the gateway and the workers. */

import { probeHttp } from './http-probe.ts'
import { nodeProgram } from './node-program.ts'
import { definePart } from './part.ts'

export const gatewayApp = definePart({
  name: 'gateway',
  title: 'Gateway',
  ports: ['gateway'],
  stopSignal: 'SIGTERM',
  stopWithinMs: 6_000,
  startWithinMs: 60_000,
  async launch({ env }) {
    return nodeProgram('gateway/main.ts', env)
  },
  async probe({ host, ports }) {
    await probeHttp(`http://${host}:${ports.gateway}/readyz`)
  },
})

export const workersApp = definePart({
  name: 'workers',
  title: 'Workers',
  ports: ['workers'],
  stopSignal: 'SIGTERM',
  stopWithinMs: 6_000,
  startWithinMs: 60_000,
  async launch({ env }) {
    return nodeProgram('workers/main.ts', env)
  },
  async probe({ host, ports }) {
    await probeHttp(`http://${host}:${ports.workers}/readyz`)
  },
})
