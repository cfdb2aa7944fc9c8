/** Owns a stand-in for a gateway that keeps every byte that the edge sends it: what a second request would be read from. */

import { createServer, type Socket } from 'node:net'

export interface Recorder {
  readonly address: string
  /** One text a connection, in the order in which they came. */
  readonly received: readonly string[]
  forget(): void
  stop(): Promise<void>
}

/** Answers each head of a request with `answer`, and keeps the connection. */
export async function startRecorder(answer: (head: string) => string | Buffer = () => OK): Promise<Recorder> {
  const heard: { text: string }[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const own = { text: '' }
    heard.push(own)
    let pending = ''
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1')
      own.text += text
      pending += text
      for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
        const head = pending.slice(0, end)
        const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
        if (pending.length < end + 4 + length) return
        pending = pending.slice(end + 4 + length)
        socket.write(answer(head))
      }
    })
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the recorder has no port')
  return {
    address: `127.0.0.1:${bound.port}`,
    get received() {
      return heard.map(({ text }) => text).filter((text) => text !== '')
    },
    forget() {
      for (const each of heard) each.text = ''
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-type: text/plain\r\n\r\nok\n'
