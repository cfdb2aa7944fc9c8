import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Connection } from './connection.ts'
import type { SocketLike } from './options.ts'
import type { News } from './surroundings.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A network that the test holds in its hand: sockets never open by themselves. */
function start() {
  const sockets: TestSocket[] = []
  class TestSocket implements SocketLike {
    binaryType = ''
    readyState = 0
    onopen: ((event: never) => void) | null = null
    onmessage: ((event: never) => void) | null = null
    onclose: ((event: never) => void) | null = null
    onerror: ((event: never) => void) | null = null
    closedWith: number | undefined
    constructor() {
      sockets.push(this)
    }
    send(): void {}
    close(code?: number): void {
      this.closedWith = code
    }
    breaks(code = 1006): void {
      this.onclose?.({ code } as never)
    }
  }
  let tell: ((news: News) => void) | undefined
  let probes = 0
  const connection = new Connection({
    options: {
      url: 'ws://localhost/ws',
      token: async () => '',
      device: { id: 'd', name: 'n', kind: 'web' },
      webSocket: TestSocket,
      surroundings: (listener) => {
        tell = listener
        return () => {
          tell = undefined
        }
      },
    },
    became: () => undefined,
    message: () => undefined,
    quiet: () => undefined,
    probe: () => {
      probes += 1
    },
    closed: () => undefined,
    resumeWithinMs: () => 600_000,
    sessionLost: () => undefined,
  })
  connection.open()
  const fails = () => sockets.at(-1)?.breaks()
  return {
    connection,
    sockets,
    fails,
    news: (news: News) => tell?.(news),
    listens: () => tell !== undefined,
    probes: () => probes,
  }
}

/** Attempts that fail until the waits are long. */
function failOften({ sockets, fails }: ReturnType<typeof start>): number {
  vi.spyOn(Math, 'random').mockReturnValue(0.999)
  for (let attempt = 0; attempt < 8; attempt++) {
    fails()
    vi.advanceTimersByTime(30_000)
  }
  fails()
  return sockets.length
}

describe('R5 news of the surroundings', () => {
  it.each(['back', 'shown'] as const)('%s: a wait is cut to that of a first attempt', (news) => {
    const client = start()
    const before = failOften(client)
    vi.advanceTimersByTime(5_000)
    expect(client.sockets).toHaveLength(before)
    client.news(news)
    vi.advanceTimersByTime(500)
    expect(client.sockets).toHaveLength(before + 1)
  })

  it('hastens one attempt a second at most: a network that flaps is not hammered', () => {
    const client = start()
    const before = failOften(client)
    vi.spyOn(Math, 'random').mockReturnValue(0)
    for (let time = 0; time < 100; time++) {
      client.news('back')
      vi.advanceTimersByTime(0)
      if (client.connection.state === 'connecting') {
        // The next wait is long again: only news could cut it.
        vi.spyOn(Math, 'random').mockReturnValue(0.999)
        client.fails()
        vi.spyOn(Math, 'random').mockReturnValue(0)
      }
      vi.advanceTimersByTime(100)
    }
    expect(client.sockets.length - before).toBeGreaterThan(5)
    expect(client.sockets.length - before).toBeLessThanOrEqual(20)
  })

  it('G1 does not come back before the slot of goaway, and not later for having slept', () => {
    const client = start()
    client.connection.connected()
    client.connection.comeBackAfter(20_000)
    client.news('back')
    vi.advanceTimersByTime(5_000)
    client.news('shown')
    expect(client.sockets).toHaveLength(1)
    vi.setSystemTime(Date.now() + 60_000)
    client.news('back')
    vi.advanceTimersByTime(0)
    expect(client.sockets).toHaveLength(2)
  })

  it('an open line is tried, not dropped', () => {
    const client = start()
    client.connection.connected()
    client.news('back')
    client.news('shown')
    client.news('offline')
    expect(client.probes()).toBe(2)
    expect(client.connection.state).toBe('connected')
  })

  it('an attempt that began in another network is given up, a young one is not', () => {
    const client = start()
    client.news('back')
    expect(client.sockets).toHaveLength(1)
    vi.advanceTimersByTime(5_000)
    client.news('shown')
    expect(client.sockets[0]?.closedWith).toBeUndefined()
    client.news('back')
    expect(client.sockets[0]?.closedWith).toBeDefined()
    vi.advanceTimersByTime(500)
    expect(client.sockets).toHaveLength(2)
  })

  it('offline: attempts are rare, and do not make the waits longer', () => {
    const client = start()
    vi.spyOn(Math, 'random').mockReturnValue(0.999)
    client.news('offline')
    for (let attempt = 0; attempt < 10; attempt++) {
      client.fails()
      vi.advanceTimersByTime(29_999)
      expect(client.sockets).toHaveLength(attempt + 1)
      vi.advanceTimersByTime(1)
    }
    client.fails()
    client.news('back')
    vi.advanceTimersByTime(500)
    expect(client.sockets).toHaveLength(12)
    client.fails()
    vi.advanceTimersByTime(1_000)
    expect(client.sockets).toHaveLength(13)
  })

  it('listens from open until close or failure, and again when it is opened again', () => {
    const client = start()
    expect(client.listens()).toBe(true)
    client.sockets[0]?.breaks(4500)
    expect([client.connection.state, client.listens()]).toEqual(['failed', false])
    client.connection.open()
    expect(client.listens()).toBe(true)
    client.connection.close()
    expect(client.listens()).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })
})
