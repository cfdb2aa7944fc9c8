/** Owns storms at the door: clients that sign in by a token, or go on by a ticket, as fast as the server takes them. */

import { bringIn, cpuUs, type Load, percent, requirePresent, whileMetered, withServer } from '../rig.ts'
import type { ServerName } from '../servers.ts'
import type { Figures, Work } from './work.ts'

const CLIENTS = { usual: 8_000, quick: 200 }
/** Not counted: until the compiler has done its work. */
const WARM_CLIENTS = { usual: 2_000, quick: 50 }
const WITHIN_MS = 120_000
const AT_ONCE = 64

const FIGURES = {
  cpu_us: 'server CPU each, µs',
  per_second: 'a second',
  server_percent: 'server CPU, %',
  generator_percent: 'generator CPU, %',
}

export const signIn: Work = {
  title: 'sign-in by ES256 token',
  servers: ['uws-token', 'uws', 'segue', 'ws', 'socketio', 'centrifugo'],
  figures: FIGURES,
  compared: 'cpu_us',
  async run(rig, name) {
    const of = rig.quick ? 'quick' : 'usual'
    return await withServer(rig, name, {}, async (server) => {
      const coming = { name, ports: [server.port], chatter: 'heartbeat', plays: false, atOnce: AT_ONCE } as const
      await bringIn(rig, { ...coming, clients: WARM_CLIENTS[of] })
      // Made before the clock runs: a token costs its issuer as much as its check.
      const accounts = await rig.yard.accounts(CLIENTS[of])
      const { load, result } = await whileMetered(rig, [server], () =>
        bringIn(rig, { ...coming, clients: CLIENTS[of], accounts }),
      )
      return figures({ ...load, seconds: result.seconds }, CLIENTS[of])
    })
  },
}

const RESUMERS: readonly ServerName[] = ['uws-token', 'segue', 'ws', 'socketio']

export const resume: Work = {
  title: 'resume by ticket',
  servers: RESUMERS,
  figures: FIGURES,
  compared: 'cpu_us',
  async run(rig, name) {
    const of = rig.quick ? 'quick' : 'usual'
    return await withServer(rig, name, {}, async (server) => {
      const coming = { name, ports: [server.port], chatter: 'heartbeat', plays: false, atOnce: AT_ONCE } as const
      await bringIn(rig, { ...coming, clients: CLIENTS[of] })
      const again = () => rig.generator.ask({ do: 'resume', atOnce: AT_ONCE, withinMs: WITHIN_MS })
      requirePresent(await again(), CLIENTS[of])
      const { load, result } = await whileMetered(rig, [server], again)
      requirePresent(result, CLIENTS[of])
      return figures({ ...load, seconds: result.seconds }, CLIENTS[of])
    })
  },
}

function figures(load: Load, times: number): Figures {
  return {
    cpu_us: cpuUs(load, times),
    per_second: times / load.seconds,
    server_percent: percent(load, 'server'),
    generator_percent: percent(load, 'generators'),
  }
}
