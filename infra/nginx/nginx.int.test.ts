/** Owns the tests of the edge alone: what it lets through to a gateway, and in which words. */

import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { connect as connectTls, type SecureVersion, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type EdgeProcess, startEdge } from './testing/edge-process.ts'
import { type Recorder, startRecorder } from './testing/recorder.ts'

let recorder: Recorder
let edge: EdgeProcess

/** More than the buffers of both ends and of the edge hold. */
const LARGE = Buffer.alloc(32 * 1024 * 1024, 'x')
const withLarge = (head: string) => Buffer.concat([Buffer.from(`${head}\r\n\r\n`), LARGE])

beforeAll(async () => {
  recorder = await startRecorder((head) => {
    if (head.startsWith('GET /large ')) return withLarge(`HTTP/1.1 200 OK\r\ncontent-length: ${LARGE.length}`)
    if (/^upgrade: /im.test(head))
      return withLarge('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade')
    return 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\nx-content-type-options: nosniff\r\nuWebSockets: 20\r\n\r\nok\n'
  })
  edge = await startEdge([recorder.address], {
    requestSeconds: 1,
    sendSeconds: 1,
    socketsPerSecond: 1,
    socketsAtOnce: 3,
  })
})

afterAll(async () => {
  await edge?.stop()
  await recorder?.stop()
})

afterEach(() => recorder.forget())

async function dial(to: EdgeProcess, version?: SecureVersion): Promise<TLSSocket> {
  const versions = version === undefined ? {} : { minVersion: version, maxVersion: version }
  const socket = connectTls({ host: '127.0.0.1', port: to.port, ca: to.authority, ...versions })
  socket.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve)
    socket.once('close', () => reject(new Error('no TLS')))
  })
  return socket
}

/** However it ends: one that is cut off is reset. */
async function closed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
}

/** All that comes until the other end closes. */
async function readAll(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  await closed(socket)
  return text
}

/** Writes these bytes as they are, and reads the answers. */
async function say(bytes: string, to = edge): Promise<string> {
  const socket = await dial(to)
  const answer = readAll(socket)
  socket.write(bytes, 'latin1')
  return await answer
}

const get = (path: string, ...headers: string[]) =>
  say([`GET ${path} HTTP/1.1`, 'Host: edge', 'Connection: close', ...headers, '', ''].join('\r\n'))
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])

describe('TLS', () => {
  test('speaks 1.2 and 1.3 and nothing older, under a certificate of its own authority', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await dial(edge, version)
      expect(socket.getProtocol()).toBe(version)
      expect(socket.authorized).toBe(true)
      expect(socket.getCipher().name).toMatch(/GCM|CHACHA20/)
      socket.destroy()
    }
    await expect(dial(edge, 'TLSv1.1')).rejects.toThrow('no TLS')
  })

  test('gives HTTP/2 to who asks for it', async () => {
    const session = connectHttp2(edge.https, { ca: edge.authority })
    const request = session.request({ ':path': '/api/config' })
    const [headers] = await once(request, 'response')
    expect(headers[':status']).toBe(200)
    request.resume()
    session.close()
  })

  test('sends plain HTTP on to TLS', async () => {
    const socket = connectTcp(edge.port, '127.0.0.1')
    const answer = readAll(socket)
    socket.write(`GET /cases?a=1 HTTP/1.1\r\nHost: 127.0.0.1:${edge.port}\r\nConnection: close\r\n\r\n`)
    expect(await answer).toMatch(
      new RegExp(`^HTTP/1.1 308 .+\\r\\n(?:.+\\r\\n)*location: https://127.0.0.1:${edge.port}/cases\\?a=1\r\n`, 'i'),
    )
  })
})

describe('what a gateway hears', () => {
  test('is the address of the client as the edge sees it, and nothing that the client says of itself', async () => {
    await get(
      '/',
      'X-Forwarded-For: 198.51.100.1',
      'x-forwarded-for: 198.51.100.2',
      'X-Real-IP: 198.51.100.3',
      'Forwarded: for=198.51.100.4',
    )
    const heard = recorder.received.join('')
    expect(heard).toMatch(/^x-forwarded-for: 127\.0\.0\.1\r$/im)
    expect(heard).not.toContain('198.51.100')
  })

  test('is not what is for machines behind the edge', async () => {
    for (const path of ['/metrics', '/readyz', '//metrics', '/x/../metrics', '/%6detrics'])
      expect(statusOf(await get(path)), path).toBe(path === '//metrics' ? 200 : 404)
    expect(recorder.received.join('')).not.toMatch(/^GET \/(?:metrics|readyz)/m)
  })
})

test('every answer has security headers, once, and none names the program’s version', async () => {
  for (const path of ['/', '/metrics']) {
    const answer = await get(path)
    for (const name of [
      'strict-transport-security',
      'content-security-policy',
      'x-content-type-options',
      'referrer-policy',
      'permissions-policy',
    ])
      expect(answer.match(new RegExp(`^${name}: `, 'gim')), `${name} of ${path}`).toHaveLength(1)
    expect(answer).not.toMatch(/nginx\/\d|uwebsockets/i)
  }
})

describe('request smuggling', () => {
  const head = 'POST /api/x HTTP/1.1\r\nHost: edge\r\n'
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: edge\r\n\r\n'
  const refused: Readonly<Record<string, string>> = {
    'a length and chunks': `${head}Content-Length: ${smuggled.length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    'two lengths': `${head}Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    'a length with a sign': `${head}Content-Length: +5\r\n\r\nhello`,
    'an encoding that is not chunked': `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`,
    'chunks twice': `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${smuggled}`,
    'a folded header': `${head}X-Folded: one\r\n two\r\nContent-Length: 0\r\n\r\n${smuggled}`,
    'a space before the colon': `${head}Content-Length : ${smuggled.length}\r\n\r\n${smuggled}`,
    'a bare CR in a header': `${head}X-A: one\rContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    'a NUL in a header': `${head}X-A: one\0two\r\nContent-Length: 0\r\n\r\n${smuggled}`,
    'a chunk of no number': `${head}Transfer-Encoding: chunked\r\n\r\nZZ\r\n${smuggled}`,
    'chunks in HTTP/1.0': `POST /api/x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    'no host': `POST /api/x HTTP/1.1\r\nContent-Length: 0\r\n\r\n${smuggled}`,
    'two hosts': `${head}Host: other\r\nContent-Length: 0\r\n\r\n${smuggled}`,
  }
  for (const [what, bytes] of Object.entries(refused)) {
    test(`${what}: refused, and no gateway hears of it`, async () => {
      const answer = await say(bytes)
      expect(statusOf(answer)).toBeGreaterThanOrEqual(400)
      expect(answer.match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
      expect(recorder.received.join('')).toBe('')
    })
  }

  test('a bare LF is read as a line’s end, as the edge reads it, and never passed on', async () => {
    const body = 'GET /smuggled HTTP/1.1\n\n'
    await say(`POST /api/x HTTP/1.1\nHost: edge\nConnection: close\nContent-Length: ${body.length}\n\n${body}`)
    const [heard = '', ...others] = recorder.received
    expect(others).toEqual([])
    const at = heard.indexOf('\r\n\r\n')
    expect(heard.slice(0, at).replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(heard.slice(at + 4)).toBe(body)
    expect(heard).toContain(`Content-Length: ${body.length}`)
  })

  test('chunks reach a gateway as one body of a known length', async () => {
    await say(`${head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`)
    expect(recorder.received.join('')).toMatch(/content-length: 5\r\n(?:.+\r\n)*\r\nhello$/i)
    expect(recorder.received.join('')).not.toMatch(/transfer-encoding/i)
  })
})

describe('limits', () => {
  test('a body or a header that is too long is refused', async () => {
    expect(statusOf(await say(`POST /api/x HTTP/1.1\r\nHost: edge\r\nContent-Length: 65537\r\n\r\n`))).toBe(413)
    expect(statusOf(await get('/', `X-Long: ${'x'.repeat(9_000)}`))).toBe(400)
    expect(statusOf(await get(`/${'x'.repeat(9_000)}`))).toBe(414)
    expect(recorder.received.join('')).toBe('')
  })

  test('one address opens so many connections, and one more is told so', async () => {
    const narrow = await startEdge([recorder.address], { connectionsOfANetwork: 8 })
    const held = await Promise.all(Array.from({ length: 8 }, async () => await dial(narrow)))
    // A connection counts from its first request on.
    for (const socket of held) socket.write('GET /large HTTP/1.1\r\nHost: edge\r\n\r\n')
    await Promise.all(held.map((socket) => once(socket, 'data').then(() => socket.pause())))
    const ask = async () => statusOf(await say('GET / HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n', narrow))
    expect(await ask()).toBe(429)
    for (const socket of held) socket.destroy()
    await expect.poll(ask).toBe(200)
    await narrow.stop()
  })

  test('one edge has so much in hand at once, and still says how it is', async () => {
    const narrow = await startEdge([recorder.address], { requestsInHand: 4 })
    const held = await Promise.all(Array.from({ length: 4 }, async () => await dial(narrow)))
    for (const socket of held) socket.write('GET /large HTTP/1.1\r\nHost: edge\r\n\r\n')
    await Promise.all(held.map((socket) => once(socket, 'data').then(() => socket.pause())))
    const ask = async () => statusOf(await say('GET / HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n', narrow))
    expect(await ask()).toBe(429)
    for (const path of ['/healthz', '/readyz']) expect((await fetch(narrow.inner + path)).status, path).toBe(200)
    for (const socket of held) socket.destroy()
    await expect.poll(ask).toBe(200)
    await narrow.stop()
  })

  test('connections that ask for nothing make room for those that do', async () => {
    // Not by their time being over.
    const narrow = await startEdge([recorder.address], { filesOfAWorker: 1_024, requestSeconds: 120 })
    const silent = Array.from({ length: 2_400 }, () =>
      connectTcp(narrow.port, '127.0.0.1').on('error', () => undefined),
    )
    await Promise.all(silent.map((socket) => once(socket, 'connect')))
    for (let round = 0; round < 10; round += 1) {
      expect((await fetch(`${narrow.inner}/healthz`)).status).toBe(200)
      expect(statusOf(await say('GET / HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n', narrow))).toBe(200)
    }
    for (const socket of silent) socket.destroy()
    await narrow.stop()
  })

  test('one address asks for so many sockets a second, and one more is told so', async () => {
    const statuses: number[] = []
    for (let round = 0; round < 8; round += 1) statuses.push(statusOf(await get('/ws')))
    expect(statuses.slice(0, 4)).toEqual([200, 200, 200, 200])
    expect(statuses).toContain(429)
  })

  test('who takes its time with a header or a body is cut off', async () => {
    for (const beginning of [
      'GET / HTTP/1.1\r\nHost: edge\r\n',
      'POST / HTTP/1.1\r\nHost: edge\r\nContent-Length: 9\r\n\r\nx',
    ]) {
      const socket = await dial(edge)
      const began = Date.now()
      const answer = readAll(socket)
      socket.write(beginning)
      // A byte at a time does not keep a header open.
      const drip = beginning.startsWith('GET') ? setInterval(() => socket.write('X'), 200) : undefined
      expect(statusOf(await answer) || 408).toBe(408)
      clearInterval(drip)
      expect(Date.now() - began).toBeLessThan(10_000)
    }
    expect(recorder.received.join('')).toBe('')
  })

  test.each([
    ['an answer', 'GET /large HTTP/1.1\r\nHost: edge\r\n\r\n'],
    ['a socket', 'GET /ws HTTP/1.1\r\nHost: edge\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ])('who does not read %s is cut off', async (_, request) => {
    const socket = await dial(edge)
    socket.write(request)
    const [first] = (await once(socket, 'data')) as [Buffer]
    expect(first.toString('latin1')).toMatch(/^HTTP\/1\.1 (?:200|101) /)
    socket.pause()
    await wait(4_000)
    // The rest was never sent: reading on finds the end before it.
    let bytes = 0
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    socket.resume()
    await closed(socket)
    expect(bytes).toBeLessThan(LARGE.length)
  })
})

describe('the inner door', () => {
  const inner = async (path: string, of = edge) => await fetch(of.inner + path)

  test('says how many connections of clients are open, and how many requests may be under way, as Prometheus reads it', async () => {
    const socket = await dial(edge)
    const told = await (await inner('/metrics')).text()
    expect(told.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      expect.stringMatching(/^segue_edge_connections [1-9]\d*$/),
      'segue_edge_most_requests 500',
      '',
    ])
    socket.destroy()
  })

  test('is ready while a gateway is to be had through it, and lives without one', async () => {
    expect((await inner('/readyz')).status).toBe(200)
    expect(recorder.received.join('')).toMatch(/^GET \/healthz HTTP\/1\.1\r$/m)
    const gone = await startRecorder()
    await gone.stop()
    const alone = await startEdge([gone.address])
    expect((await inner('/readyz', alone)).status).toBe(502)
    expect((await inner('/healthz', alone)).status).toBe(200)
    await alone.stop()
    const beside = await startEdge([gone.address, recorder.address])
    for (let round = 0; round < 6; round += 1) expect((await inner('/readyz', beside)).status).toBe(200)
    await beside.stop()
  })

  test('leads to nothing else', async () => {
    for (const path of ['/', '/api/catalog', '/ws', '/readyz/x']) expect((await inner(path)).status, path).toBe(404)
    expect(recorder.received.join('')).toBe('')
  })
})

describe('a reload', () => {
  test('gives new connections another gateway, and old sockets keep theirs', async () => {
    const answer = (name: string) => (head: string) =>
      /^upgrade: /im.test(head)
        ? 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'
        : `HTTP/1.1 200 OK\r\ncontent-length: 3\r\nx-gateway: ${name}\r\n\r\nok\n`
    const [first, second] = [await startRecorder(answer('first')), await startRecorder(answer('second'))]
    const own = await startEdge([first.address])
    const gateway = async () =>
      /^x-gateway: (\w+)/im.exec(await say('GET / HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n', own))?.[1]
    try {
      expect(await gateway()).toBe('first')
      const socket = await dial(own)
      socket.write('GET /ws HTTP/1.1\r\nHost: edge\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')
      await once(socket, 'data')
      await own.reload([second.address])
      // A worker of before may take one that was on its way to it.
      await expect.poll(gateway).toBe('second')
      socket.write('after the reload')
      await expect.poll(() => first.received.some((text) => text.endsWith('after the reload'))).toBe(true)

      // What NGINX would not take is said, and changes nothing.
      await expect(own.reload(['nowhere at all'])).rejects.toThrow(
        /would not take the configuration, and goes on with the one that it has: .*nginx\.conf\.new/s,
      )
      expect(await gateway()).toBe('second')
      expect(socket.destroyed).toBe(false)
      socket.destroy()
    } finally {
      await own.stop()
      await first.stop()
      await second.stop()
    }
    await expect(own.reload([second.address])).rejects.toThrow('the edge does not run: start it with')
  })
})

test('its log says what was asked and never by whom', async () => {
  await get('/api/catalog?token=tell-nobody', 'Authorization: Bearer tell-nobody', 'User-Agent: "}{\\n')
  await get('/a%0a{"forged":1}')
  const log = await edge.log()
  const lines = log
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{'))
  const entries = lines.map((line) => JSON.parse(line) as { path: string; gateway: string })
  expect(entries.map(({ path }) => path)).toContain('/api/catalog')
  expect(entries.filter(({ path }) => path.includes('forged'))).toHaveLength(1)
  expect(log).not.toContain('tell-nobody')
  expect(lines.join('').replaceAll(recorder.address, '')).not.toContain('127.0.0.1')
})
