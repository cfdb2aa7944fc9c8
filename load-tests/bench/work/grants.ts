/** Owns chunk grants over the wire: each client asks for eight chunks again and again, and is answered by eight signed addresses. */

import { bringIn, measured, percent, warmUp, withServer } from '../rig.ts'
import type { Work } from './work.ts'

const CLIENTS = { usual: 200, quick: 20 }
const WARM = { usual: { answers: 8_000, withinMs: 20_000 }, quick: { answers: 100, withinMs: 1_000 } }
const RUN_MS = { usual: 6_000, quick: 1_000 }
const REST_MS = 10_000

export const grants: Work = {
  title: 'chunk grants, eight addresses each',
  servers: ['segue', 'ws', 'socketio'],
  figures: {
    addresses_per_second: 'addresses/s',
    cpu_us: 'server CPU an address, µs',
    p99_ms: 'p99 to the grant, ms',
    server_percent: 'server CPU, %',
    generator_percent: 'generator CPU, %',
  },
  compared: 'addresses_per_second',
  async run(rig, name) {
    const of = rig.quick ? 'quick' : 'usual'
    return await withServer(rig, name, {}, async (server) => {
      await bringIn(rig, { name, ports: [server.port], clients: CLIENTS[of], chatter: 'credit', plays: true })
      await rig.generator.ask({ do: 'pump', window: 1 })
      await warmUp(rig, WARM[of])
      const load = await measured(rig, [server], RUN_MS[of])
      await rig.generator.ask({ do: 'rest', withinMs: REST_MS })
      const { addresses, ms } = load.said
      return {
        addresses_per_second: addresses / load.seconds,
        cpu_us: (1e6 * (load.cpuS.server ?? 0)) / Math.max(1, addresses),
        p99_ms: ms.p99,
        server_percent: percent(load, 'server'),
        generator_percent: percent(load, 'generators'),
      }
    })
  },
}
