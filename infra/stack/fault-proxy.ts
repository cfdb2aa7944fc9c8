/** Owns a proxy before a server that tests put out of reach: gone, or silent as a frozen one is, and back again. */

import { connect, createServer, type Server, type Socket } from 'node:net'
import { HOST } from './ports.ts'

export interface FaultProxy {
  /** `address` of the server, by way of the proxy. */
  readonly through: (address: string) => string
  /** Connections break, and new ones are refused. */
  cut(): Promise<void>
  /** Connections stay, new ones are accepted, and nothing is answered. What is sent meanwhile arrives afterwards. */
  hang(): void
  restore(): Promise<void>
  stop(): Promise<void>
}

/** @param address a URL, or `host:port` */
export async function startFaultProxy(address: string): Promise<FaultProxy> {
  const target = new URL(address.includes('://') ? address : `tcp://${address}`)
  const pairs = new Set<Pair>()
  let hanging = false
  const accept = (from: Socket): void => {
    const pair = join(from, connect(Number(target.port), target.hostname))
    pairs.add(pair)
    from.once('close', () => pairs.delete(pair))
    if (hanging) pair.hang()
  }
  let server = await listen(0, accept)
  const port = portOf(server)

  const close = async (): Promise<void> => {
    if (server.listening) await new Promise<void>((resolve) => closeWith(server, pairs, resolve))
  }
  return {
    through: (whole) => whole.replace(target.host, `${HOST}:${port}`),
    cut: close,
    hang() {
      hanging = true
      for (const pair of pairs) pair.hang()
    },
    async restore() {
      if (hanging) for (const pair of pairs) pair.goOn()
      hanging = false
      if (!server.listening) server = await listen(port, accept)
    },
    stop: close,
  }
}

interface Pair {
  hang(): void
  goOn(): void
  end(): void
}

function join(from: Socket, to: Socket): Pair {
  const sockets = [from, to]
  const end = () => {
    for (const socket of sockets) socket.destroy()
  }
  for (const socket of sockets) {
    // The other side is told by the close that follows.
    socket.on('error', () => undefined)
    socket.once('close', end)
  }
  const goOn = () => {
    from.pipe(to)
    to.pipe(from)
  }
  goOn()
  return {
    end,
    goOn,
    hang() {
      from.unpipe(to).pause()
      to.unpipe(from).pause()
    },
  }
}

function closeWith(server: Server, pairs: ReadonlySet<Pair>, closed: () => void): void {
  server.close(() => closed())
  for (const pair of pairs) pair.end()
}

async function listen(port: number, accept: (from: Socket) => void): Promise<Server> {
  const server = createServer(accept)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, resolve)
  })
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return address.port
}
