/** Owns the life of the development issuer: one HTTP server, whose keys are read again on request. */

import { createServer, type RequestListener, type Server } from 'node:http'
import type { Service } from '../runtime/lifecycle.ts'
import type { Logger } from '../runtime/log.ts'
import type { IssuerConfig } from './config.ts'
import { issuerListener } from './issuer-routes.ts'
import { createIssuerState } from './issuer-state.ts'
import { createProvider, pageOrigins } from './provider.ts'
import { loadIssuerSecrets } from './signing-keys.ts'

export interface IssuerService extends Service {
  /** Reads the signing keys again: the first of the file signs from now on. Sessions go on. */
  reload(): Promise<void>
}

export function issuerService(config: IssuerConfig, log: Logger): IssuerService {
  const state = createIssuerState()
  const origins = [...pageOrigins(config.gatewayOrigin), ...pageOrigins(config.superset.url)]
  let server: Server | undefined
  let listener: RequestListener | undefined

  const service: IssuerService = {
    name: 'issuer',
    async start() {
      await service.reload()
      const starting = createServer((request, response) => listener?.(request, response))
      await new Promise<void>((resolve, reject) => {
        starting.once('error', (cause: NodeJS.ErrnoException) => {
          const why =
            cause.code === 'EADDRINUSE' ? 'is in use: end what listens there or set SEGUE_ISSUER_PORT' : cause.message
          reject(new Error(`${config.host}:${config.port} ${why}`, { cause }))
        })
        starting.listen(config.port, config.host, resolve)
      })
      server = starting
      log.info({ url: config.url }, 'issuer listens')
    },
    async reload() {
      const secrets = await loadIssuerSecrets(config.path)
      const provider = createProvider(config, secrets, state)
      provider.on('backchannel.error', (_ctx, error, client) => {
        log.warn({ err: error, client_id: client.clientId }, 'the end of a sign-in could not be told')
      })
      listener = issuerListener(provider, origins, log)
      log.info({ kids: secrets.keys.map((key) => key.kid) }, 'signing keys read')
    },
    async stop() {
      const stopping = server
      server = undefined
      if (stopping === undefined) return
      await new Promise<void>((resolve) => {
        stopping.close(() => resolve())
        stopping.closeAllConnections()
      })
    },
  }
  return service
}
