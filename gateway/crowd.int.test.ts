import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import WebSocket from 'ws'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { SUBPROTOCOLS } from '../protocol/version.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { RawPlayer } from './testing/raw-player.ts'

/** As many as wait at the least, however few were served of late. */
const ROOM = 1_000
const ELSEWHERE = '127.0.0.2'

let keys: KeyServer
let gateway: GatewayProcess

beforeAll(async () => {
  const stack = inject('stackEnv')
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  keys = await startKeyServer()
  gateway = await startGateway({
    ...stack,
    SEGUE_ISSUER_URL: keys.issuer,
    SEGUE_JWKS_URL: keys.jwksUrl,
    // The silent ones stay for the whole test.
    SEGUE_AUTHENTICATE_WITHIN_MS: '60000',
  })
})

afterAll(async () => {
  await gateway?.stop()
  await keys?.stop()
})

async function signIn(player: RawPlayer) {
  await player.hears('hello')
  player.says({ type: 'authenticate', token: await keys.token(), device: { id: 'd', name: 'n', kind: 'web' } })
  return (await player.hears('ready')).ticket
}

/** Sockets that say nothing, until one is turned away. */
async function crowd(url: string): Promise<WebSocket[]> {
  const silent: WebSocket[] = []
  for (;;) {
    const socket = new WebSocket(url, [SUBPROTOCOLS.msgpack])
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.on('open', () => resolve(true)).on('error', () => resolve(false))
    })
    if (!isOpen) return silent
    silent.push(socket)
  }
}

describe('a gateway crowded by sockets that say nothing', () => {
  it('G2 lets in who resumes, and who signs in from elsewhere', async () => {
    const player = RawPlayer.connect(gateway.ws)
    const ticket = await signIn(player)
    player.hangUp()
    const silent = await crowd(gateway.ws)
    try {
      // The one that came back may still have been counted.
      expect(silent.length).toBeGreaterThanOrEqual(ROOM - 1)

      const back = RawPlayer.connect(`${gateway.ws}?resume=1`)
      await back.hears('hello')
      back.says({ type: 'resume', id: 1, ticket, last_seq: 0 })
      expect(await back.hears('resumed')).toMatchObject({ recovered: true })
      back.hangUp()

      const closed = once(silent[0] as WebSocket, 'close')
      const other = RawPlayer.connect(gateway.ws, 'msgpack', ELSEWHERE)
      await signIn(other)
      expect((await closed)[0]).toBe(4005)
      other.hangUp()
    } finally {
      for (const socket of silent) socket.terminate()
    }
  })

  it('G2 a liar fills the room of those who resume from one address, and no other', async () => {
    const player = RawPlayer.connect(gateway.ws, 'msgpack', ELSEWHERE)
    const ticket = await signIn(player)
    player.hangUp()
    const silent = await crowd(`${gateway.ws}?resume=1`)
    try {
      const back = RawPlayer.connect(`${gateway.ws}?resume=1`, 'msgpack', ELSEWHERE)
      await back.hears('hello')
      back.says({ type: 'resume', id: 1, ticket, last_seq: 0 })
      expect(await back.hears('resumed')).toMatchObject({ recovered: true })
      back.hangUp()
    } finally {
      for (const socket of silent) socket.terminate()
    }
  })
})
