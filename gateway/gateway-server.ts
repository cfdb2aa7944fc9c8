/** Owns the listening socket: one port for pages, API and WebSocket, and the leaving of it. */

import { App, type us_listen_socket, us_listen_socket_close } from 'uWebSockets.js'
import { setTimeout as wait } from 'node:timers/promises'
import type { Service } from '../infra/runtime/lifecycle.ts'
import type { ClientAddress } from './client-address.ts'
import type { Context } from './context.ts'
import { drain } from './drain.ts'
import { addHttpRoutes, type HttpParts } from './http/routes.ts'
import type { NetworkOf } from './network-of.ts'
import type { MayOpen } from './page-origin.ts'
import { addSocketRoute } from './socket-server.ts'

export interface GatewayServerParts {
  readonly host: string
  readonly port: number
  readonly clientAddress: ClientAddress
  readonly networkOf: NetworkOf
  readonly mayOpen: MayOpen
  readonly http: Omit<
    HttpParts,
    'notReady' | 'clientAddress' | 'log' | 'metrics' | 'dependencies' | 'tokens' | 'search'
  >
}

export function createServer(context: Context, parts: GatewayServerParts): Service {
  let listenSocket: us_listen_socket | undefined
  let draining = false
  const stopListening = () => {
    if (listenSocket !== undefined) us_listen_socket_close(listenSocket)
    listenSocket = undefined
  }

  return {
    name: 'server',
    async start() {
      const { log, metrics, dependencies, tokens, search } = context
      const app = App()
      const { clientAddress } = parts
      addSocketRoute(app, context, () => draining, clientAddress, parts.mayOpen, parts.networkOf)
      const notReady = () => (draining ? 'draining' : undefined)
      addHttpRoutes(app, { ...parts.http, log, metrics, dependencies, tokens, search, notReady, clientAddress })
      listenSocket = await listen(app as unknown as ExclusiveListener, parts.host, parts.port)
      log.info({ host: parts.host, port: parts.port }, 'gateway listens')
    },
    async drain(deadline) {
      draining = true
      stopListening()
      parts.http.dashboard.live.end()
      await drain(context, deadline)
      await untilSaved(context, deadline)
    },
    async stop() {
      stopListening()
    },
  }
}

/** Kept of the deadline for what comes after. */
const RESERVE_MS = 1_000
const LOOK_EVERY_MS = 50

/** What Redis does not have yet is only here: a gateway that leaves waits for Redis as long as it may. */
async function untilSaved({ keeper, log }: Context, deadlineMs: number): Promise<void> {
  while (keeper.unsaved.sessions > 0 && Date.now() < deadlineMs - RESERVE_MS) await wait(LOOK_EVERY_MS)
  const { sessions, streams } = keeper.unsaved
  if (sessions > 0) log.error({ sessions, streams }, 'what these sessions did since Redis went is lost')
}

/** LIBUS_LISTEN_EXCLUSIVE_PORT, which the types declare under a name that does not exist at run time. */
const EXCLUSIVE_PORT = 1

/** What uWebSockets.js takes and its types leave out: host and options together. */
interface ExclusiveListener {
  listen(host: string, port: number, options: number, done: (socket: us_listen_socket | false) => void): unknown
}

/** Without the exclusive option two gateways would share the port, and a player could come back to either. */
function listen(app: ExclusiveListener, host: string, port: number): Promise<us_listen_socket> {
  return new Promise((resolve, reject) => {
    app.listen(host, port, EXCLUSIVE_PORT, (socket) => {
      if (socket === false) reject(new Error(`cannot listen on ${host}:${port}: set SEGUE_GATEWAY_PORT to a free port`))
      else resolve(socket)
    })
  })
}
