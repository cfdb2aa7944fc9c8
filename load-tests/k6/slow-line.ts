/** Owns a line that carries little: k6 reads whatever comes, so what is slow must lie before it. */

import { connect as connectPlain, createServer, type Server, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { HOST } from '../../infra/stack/ports.ts'

export interface SlowLine {
  /** Of the gateway, by way of the line. */
  readonly url: string
  stop(): Promise<void>
}

const TICK_MS = 50

/** Opens one to the gateway at `url`; each connection down it has `bytesPerSecond` of its own, up it is not slowed, and after `lifeMs` it breaks. */
export async function startSlowLine(url: string, bytesPerSecond: number, lifeMs: number): Promise<SlowLine> {
  const target = new URL(url)
  const isSecure = target.protocol === 'wss:'
  const port = Number(target.port || (isSecure ? 443 : 80))
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const { hostname: host } = target
    const gateway = isSecure ? connectTls({ host, port, servername: host }) : connectPlain({ host, port })
    join(client, gateway, Math.ceil((bytesPerSecond * TICK_MS) / 1_000), lifeMs)
    for (const socket of [client, gateway]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
  })
  await listening(server)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the slow line has no port')
  return {
    url: `ws://${HOST}:${address.port}${target.pathname}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, HOST, resolve)
  })
}

function join(client: Socket, gateway: Socket, bytesATick: number, lifeMs: number): void {
  client.pipe(gateway)
  // Read piece by piece: what is not read stays with the kernel, and then with the gateway.
  const timer = setInterval(() => {
    const piece: Buffer | null = gateway.read(bytesATick) ?? gateway.read()
    if (piece !== null) client.write(piece)
  }, TICK_MS)
  gateway.once('end', () => client.end())
  const end = () => {
    clearInterval(timer)
    clearTimeout(breaking)
    client.destroy()
    gateway.destroy()
  }
  const breaking = setTimeout(end, lifeMs)
  for (const socket of [client, gateway]) {
    // The other side is told by the close that follows.
    socket.on('error', () => undefined)
    socket.once('close', end)
  }
}
