/** Owns the servers that are compared: what each is, the tongue it speaks, and how it is started. */

import { type Contender, startGateway, startPeer } from '../storms/contender.ts'
import { startCentrifugo } from './centrifugo.ts'
import type { Tongue } from './orders.ts'
import type { Rig } from './rig.ts'

export type UwsWork = 'echo' | 'msgpackr' | 'session' | 'token' | 'publish'

interface Server {
  readonly title: string
  readonly tongue: Tongue
  start(rig: Rig, changes: Changes): Promise<Contender>
}

export interface Changes {
  readonly core?: number
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const uws = (title: string, work: UwsWork): Server => ({
  title,
  tongue: 'raw',
  start: async ({ yard }, changes) =>
    startPeer(await yard.start(changes), { title, program: 'load-tests/bench/peers/uws/main.ts', words: [work] }),
})

const peer = (title: string, tongue: Tongue, program: string): Server => ({
  title,
  tongue,
  start: async ({ yard }, changes) => startPeer(await yard.start(changes), { title, program }),
})

/** Limits are counted as ever, and are beyond what is offered here: the rates of the bench are no listener's. */
const NO_LIMIT = {
  SEGUE_MESSAGES_PER_SECOND: '1000000',
  SEGUE_MESSAGES_BURST: '1000000',
  SEGUE_SIGN_INS_PER_SECOND: '100000',
  SEGUE_CONNECTS_PER_SECOND: '1000000',
  SEGUE_SILENT_SOCKETS_OF_AN_ADDRESS: '1000000',
  SEGUE_MAX_SOCKETS: '19500',
  SEGUE_MAX_MEMORY_BYTES: '8589934592',
}

/** What is no server: measured by what it makes. */
const library = (title: string): Server => ({
  title,
  tongue: 'raw',
  start: () => Promise.reject(new Error(`${title} listens nowhere`)),
})

export const SERVERS = {
  'bare-producer': library('bare kafkajs producer'),
  'bare-platformatic': library('bare @platformatic/kafka producer'),
  'minio-client': library('minio client, presignedUrl'),
  uws: uws('raw uWebSockets.js', 'echo'),
  'uws-msgpackr': uws('uWebSockets.js + msgpackr', 'msgpackr'),
  'uws-session': uws('uWebSockets.js + a session object', 'session'),
  'uws-token': uws('uWebSockets.js + token check', 'token'),
  'uws-publish': uws('uWebSockets.js publish', 'publish'),
  segue: {
    title: 'Segue gateway',
    tongue: 'segue',
    start: async ({ yard }, { env = {}, ...changes }) =>
      startGateway(await yard.start({ ...changes, env: { ...NO_LIMIT, ...env } })),
  },
  ws: peer('the session in ws', 'segue', 'load-tests/bench/peers/ws/main.ts'),
  socketio: peer('the session in Socket.IO', 'socketio', 'load-tests/bench/peers/socketio/main.ts'),
  centrifugo: {
    title: 'Centrifugo',
    tongue: 'centrifugo',
    start: async ({ yard }, changes) => startCentrifugo(await yard.start(changes), yard),
  },
} as const satisfies Record<string, Server>

export type ServerName = keyof typeof SERVERS
export const SERVER_NAMES = Object.keys(SERVERS) as ServerName[]
