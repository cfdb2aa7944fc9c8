/** Owns heartbeats with a position: each client keeps a number of them under way, and what one costs its server is measured. */

import { bringIn, cpuUs, measured, percent, warmUp, withServer } from '../rig.ts'
import type { Work } from './work.ts'

const CLIENTS = { usual: 200, quick: 20 }
/** Until the compiler has done its work: so many messages, however slow the machine, and no longer than this. */
const WARM = { usual: { answers: 60_000, withinMs: 20_000 }, quick: { answers: 1_000, withinMs: 1_000 } }
const RUN_MS = { usual: 6_000, quick: 1_000 }
const REST_MS = 5_000

export function heartbeat(window: number): Work {
  return {
    title: `heartbeat with position, ${window} under way a client`,
    servers: ['uws', 'uws-msgpackr', 'segue', 'ws', 'socketio', 'centrifugo'],
    figures: {
      cpu_us: 'server CPU a message, µs',
      per_second: 'messages/s',
      p50_ms: 'p50, ms',
      p99_ms: 'p99, ms',
      server_percent: 'server CPU, %',
      generator_percent: 'generator CPU, %',
    },
    compared: 'cpu_us',
    async run(rig, name, note) {
      const of = rig.quick ? 'quick' : 'usual'
      return await withServer(rig, name, {}, async (server) => {
        await bringIn(rig, {
          ...{ name, ports: [server.port], clients: CLIENTS[of], chatter: 'heartbeat', plays: true },
        })
        await rig.generator.ask({ do: 'pump', window })
        note('warming up')
        await warmUp(rig, WARM[of])
        note('measuring')
        const load = await measured(rig, [server], RUN_MS[of])
        const { answers, ms } = load.said
        await rig.generator.ask({ do: 'rest', withinMs: REST_MS })
        return {
          cpu_us: cpuUs(load, answers),
          per_second: answers / load.seconds,
          p50_ms: ms.p50,
          p99_ms: ms.p99,
          server_percent: percent(load, 'server'),
          generator_percent: percent(load, 'generators'),
        }
      })
    },
  }
}
