/** Owns telemetry that is acknowledged when Kafka has it: as much as there can be, then half of that, for how long it takes. */

import { measureBareProducer, type ProducerLibrary } from '../bare-producer.ts'
import { EVENTS_A_BATCH } from '../generator/batch.ts'
import { bringIn, cpuUs, measured, percent, type Rig, warmUp, withServer } from '../rig.ts'
import type { ServerName } from '../servers.ts'
import type { Figures, Work } from './work.ts'

const CLIENTS = { usual: 200, quick: 20 }
/** Below what the gateway takes of one client. */
const WINDOW = 8
const WARM = { usual: { answers: 8_000, withinMs: 20_000 }, quick: { answers: 100, withinMs: 1_000 } }
const RUN_MS = { usual: 8_000, quick: 1_000 }
const REST_MS = 20_000

const BARE: ReadonlyMap<ServerName, ProducerLibrary> = new Map([
  ['bare-producer', 'kafkajs'],
  ['bare-platformatic', 'platformatic'],
])

export const telemetry: Work = {
  title: `telemetry in batches of ${EVENTS_A_BATCH}, acknowledged after Kafka has it`,
  servers: ['bare-producer', 'bare-platformatic', 'segue', 'ws', 'socketio'],
  figures: {
    events_per_second: 'events/s',
    cpu_us: 'server CPU an event, µs',
    half_p50_ms: 'at half of it: p50 to the acknowledgement, ms',
    half_p99_ms: 'p99, ms',
    server_percent: 'server CPU, %',
    generator_percent: 'generator CPU, %',
    kafka_percent: 'Kafka CPU, %',
  },
  compared: 'events_per_second',
  async run(rig, name, note) {
    const library = BARE.get(name)
    if (library !== undefined) return await bareProducer(rig, library, note)
    return await withServer(rig, name, {}, (server) => overSockets(rig, name, server, note))
  },
}

async function overSockets(
  rig: Rig,
  name: ServerName,
  server: Parameters<typeof measured>[1][number],
  note: (line: string) => void,
): Promise<Figures> {
  const of = rig.quick ? 'quick' : 'usual'
  await bringIn(rig, { name, ports: [server.port], clients: CLIENTS[of], chatter: 'telemetry', plays: true })
  await rig.generator.ask({ do: 'pump', window: WINDOW })
  note('warming up')
  await warmUp(rig, WARM[of])
  note('as much as there can be')
  const full = await measured(rig, [server], RUN_MS[of])
  await rig.generator.ask({ do: 'rest', withinMs: REST_MS })
  const perSecond = full.said.answers / full.seconds
  note('half of it')
  await rig.generator.ask({ do: 'pace', perSecond: perSecond / 2 })
  await warmUp(rig, { answers: perSecond, withinMs: RUN_MS[of] })
  const half = await measured(rig, [server], RUN_MS[of])
  await rig.generator.ask({ do: 'rest', withinMs: REST_MS })
  return {
    events_per_second: perSecond * EVENTS_A_BATCH,
    cpu_us: cpuUs(full, full.said.answers * EVENTS_A_BATCH),
    half_p50_ms: half.said.ms.p50,
    half_p99_ms: half.said.ms.p99,
    server_percent: percent(full, 'server'),
    generator_percent: percent(full, 'generators'),
    kafka_percent: percent(full, 'kafka'),
  }
}

async function bareProducer(rig: Rig, library: ProducerLibrary, note: (line: string) => void): Promise<Figures> {
  note('as much as there can be')
  const { seconds, records, cpuS } = await measureBareProducer(rig, library, RUN_MS[rig.quick ? 'quick' : 'usual'])
  const events = records * EVENTS_A_BATCH
  return {
    events_per_second: events / seconds,
    cpu_us: (1e6 * (cpuS.server ?? 0)) / Math.max(1, events),
    server_percent: (100 * (cpuS.server ?? 0)) / seconds,
    kafka_percent: (100 * (cpuS.kafka ?? 0)) / seconds,
  }
}
