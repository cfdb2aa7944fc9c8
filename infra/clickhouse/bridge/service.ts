/** Owns the life of the bridge: engine, then HTTP; on the way down the other way round, with running queries finished. */

import { mkdir } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Service } from '../../runtime/lifecycle.ts'
import type { Logger } from '../../runtime/log.ts'
import type { BridgeConfig } from './config.ts'
import { Engine } from './engine.ts'
import { createBridgeServer } from './http-server.ts'

const SWEEP_MS = 50

export class Bridge implements Service {
  readonly name = 'clickhouse-bridge'
  readonly #config: BridgeConfig
  readonly #log: Logger
  #engine: Engine | undefined
  #server: Server | undefined

  constructor(config: BridgeConfig, log: Logger) {
    this.#config = config
    this.#log = log
  }

  /** The port it listens on. */
  get port(): number {
    return (this.#server?.address() as AddressInfo | null)?.port ?? this.#config.port
  }

  async start(): Promise<void> {
    await mkdir(this.#config.path, { recursive: true })
    this.#engine = new Engine(this.#config.path, this.#config.memoryMb)
    const server = createBridgeServer(this.#engine, this.#config, this.#log)
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#config.port, this.#config.host, resolve)
    })
    this.#log.info({ host: this.#config.host, port: this.port, version: this.#engine.version }, 'ClickHouse answers')
  }

  async drain(deadline: number): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    // A kept-alive connection whose request ends after `close` would stay until it times out.
    const sweep = setInterval(() => {
      if (Date.now() < deadline) server.closeIdleConnections()
      else server.closeAllConnections()
    }, SWEEP_MS)
    await new Promise<void>((resolve) => server.close(() => resolve()))
    clearInterval(sweep)
  }

  async stop(): Promise<void> {
    this.#server?.close()
    this.#server?.closeAllConnections()
    this.#server = undefined
    const engine = this.#engine
    this.#engine = undefined
    await engine?.close()
  }
}
