/** Owns the arithmetic: what so many listeners take, from the inputs. Pure. */

import type { Values } from './inputs.ts'

export interface Need {
  readonly name: string
  readonly value: number
  readonly unit: string
}

export interface Capacity {
  readonly needs: readonly Need[]
  /** What decides how many listeners a gateway process has. */
  readonly gatewayLimit: string
  readonly listenersOfAGateway: number
}

const US = 1e-6
const MB = 1e6
const GB = 1e9
const TB = 1e12
const DAY_S = 86_400
const BITS = 8

export function capacityOf(listeners: number, v: Values): Capacity {
  const beats = listeners / v.beatEveryS
  const credits = listeners / v.creditEveryS
  const events = listeners / v.eventEveryS
  const tracks = listeners / v.trackS

  const byProcessor = v.gatewayUse / (US * v.listenUs)
  const listenersOfAGateway = Math.floor(Math.min(byProcessor, v.sessionsOfAProcess))
  const working = Math.ceil(listeners / listenersOfAGateway)
  // Those that stay hold everybody when one zone is lost.
  const gateways = Math.ceil((working * v.zones) / (v.zones - 1))
  const staying = gateways - Math.ceil(gateways / v.zones)

  // A heartbeat renews a lease and is saved; a grant is saved; a track is leased, saved and told.
  const redisOps = 2 * beats + credits + 3 * tracks
  const redisCores = redisOps / (v.redisOpsPerCore * v.redisUse)

  // An event is a row; so is the record of a stream.
  const rows = events + tracks
  const partitions = Math.ceil(rows / (v.ingestRowsPerS * v.ingestUse))
  const logBytes = rows * v.eventBytes
  const clickhouseCores = (rows / (v.clickhouseRowsPerS * v.clickhouseUse)) * v.clickhouseCores

  const backToBack = (listeners / v.zones) * US * v.returnUs

  return {
    gatewayLimit: byProcessor < v.sessionsOfAProcess ? 'processor time' : 'descriptors',
    listenersOfAGateway,
    needs: [
      { name: 'messages from players', value: beats + credits + events, unit: '/s' },
      { name: 'gateway processes, a core each', value: gateways, unit: '' },
      { name: '… memory of their sessions', value: (listeners * v.sessionKb * 1_000) / GB, unit: 'GB' },
      { name: '… to players', value: (listeners * v.downBytesPerS * BITS) / GB, unit: 'Gbit/s' },
      { name: '… from players', value: (listeners * v.upBytesPerS * BITS) / GB, unit: 'Gbit/s' },
      { name: 'Redis steps', value: redisOps, unit: '/s' },
      { name: '… shards', value: Math.ceil(redisCores), unit: '' },
      { name: '… memory, with a replica', value: (2 * listeners * v.redisSessionKb * 1_000) / GB, unit: 'GB' },
      { name: 'records into Kafka', value: rows, unit: '/s' },
      { name: '… partitions, an ingest each', value: partitions, unit: '' },
      {
        name: '… brokers',
        value: Math.max(v.copies, Math.ceil((logBytes * v.copies) / MB / v.brokerMbPerS)),
        unit: '',
      },
      { name: '… disk, with copies', value: (logBytes * v.copies * v.retentionDays * DAY_S) / TB, unit: 'TB' },
      { name: 'ClickHouse cores for inserts and questions', value: Math.ceil(clickhouseCores), unit: '' },
      { name: '… shards of two replicas', value: Math.ceil(clickhouseCores / v.clickhouseNodeCores), unit: '' },
      { name: 'audio from the store or a CDN', value: (listeners * v.audioKbps * 1_000) / GB, unit: 'Gbit/s' },
      {
        name: 'a zone is lost: its listeners are back after',
        value: backToBack / staying / (1 - v.gatewayUse),
        unit: 's',
      },
      { name: 'everybody signs in anew: done after', value: listeners / (gateways * v.signInsPerS), unit: 's' },
    ],
  }
}

/** As if each part stood once, at the size that its measure was taken on: which is full first. */
export function limitsOfOne(v: Values): readonly Need[] {
  const { needs, listenersOfAGateway } = capacityOf(1_000_000, v)
  const perMillion = (name: string) => needs.find((need) => need.name === name)?.value ?? 0
  const rows = perMillion('records into Kafka')
  const limits = [
    { name: 'a gateway process', value: listenersOfAGateway },
    { name: 'a Redis core', value: (v.redisOpsPerCore * v.redisUse * 1e6) / perMillion('Redis steps') },
    { name: 'a partition with its ingest', value: (v.ingestRowsPerS * v.ingestUse * 1e6) / rows },
    { name: 'a ClickHouse of two cores', value: (v.clickhouseRowsPerS * v.clickhouseUse * 1e6) / rows },
  ]
  return limits.sort((a, b) => a.value - b.value).map((limit) => ({ ...limit, unit: 'listeners' }))
}
