/** Owns how costs grow: of a heartbeat with more and more sessions behind it, and of all of them with a second gateway on the generator's own processor. */

import { CORE } from '../../storms/pin.ts'
import { bringIn, cpuUs, measured, percent, type Rig, warmUp, withServer } from '../rig.ts'
import { SERVERS } from '../servers.ts'
import type { Figures, Work } from './work.ts'

const STEPS = { usual: [1_000, 5_000, 10_000, 19_000], quick: [50, 100, 200, 400] } as const
const RUN_MS = { usual: 12_000, quick: 1_000 }
const WARM = { usual: { answers: 20_000, withinMs: 8_000 }, quick: { answers: 100, withinMs: 1_000 } }
/** Of every session; a second's worth of them is what all do in a second. */
const BEAT_EVERY_S = 15
const REST_MS = 10_000

export const growth: Work = {
  title: 'cost of a session that plays, by how many there are: a heartbeat every 15 s',
  servers: ['segue', 'ws'],
  figures: {
    ...{ us_1: '1,000 sessions: server CPU a session and second, µs', us_2: '5,000, µs', us_3: '10,000, µs' },
    ...{
      us_4: '19,000, µs',
      more_us: 'each from the 1,000th to the 19,000th, µs',
      server_percent: 'server CPU with all, %',
    },
    generator_percent: 'generator CPU with all, %',
  },
  compared: 'us_4',
  async run(rig, name, note) {
    const of = rig.quick ? 'quick' : 'usual'
    return await withServer(rig, name, {}, async (server) => {
      const figures: Record<string, number> = {}
      let there = 0
      for (const [i, sessions] of STEPS[of].entries()) {
        note(`to ${sessions} sessions`)
        await bringIn(rig, {
          ...{ name, ports: [server.port], clients: sessions - there, chatter: 'heartbeat', plays: true },
        })
        there = sessions
        await rig.generator.ask({ do: 'pace', perSecond: sessions / BEAT_EVERY_S })
        await warmUp(rig, { ...WARM[of], answers: (sessions / BEAT_EVERY_S) * 4 })
        note(`${sessions} sessions, measuring`)
        const load = await measured(rig, [server], RUN_MS[of])
        figures[`us_${i + 1}`] = cpuUs(load, sessions * load.seconds)
        figures.server_percent = percent(load, 'server')
        figures.generator_percent = percent(load, 'generators')
        await rig.generator.ask({ do: 'rest', withinMs: REST_MS })
      }
      const { us_1: few = 0, us_4: many = 0 } = figures
      const [first, , , last] = STEPS[of]
      // What the process does whether anybody is there or not is told apart by this.
      return { ...figures, more_us: (many * last - few * first) / (last - first) }
    })
  },
}

const PUMP = { usual: { clients: 400, window: 16 }, quick: { clients: 20, window: 4 } }

export const twoGateways: Work = {
  title: 'two gateways on two processors, beside one on one; the generator shares the second',
  servers: ['segue'],
  figures: {
    ratio: 'rate of two by one',
    one_per_second: 'one: heartbeats/s',
    two_per_second: 'two: heartbeats/s',
    one_cpu_us: 'one: CPU a message, µs',
    two_cpu_us: 'two: CPU a message, µs',
    one_generator_percent: 'one: generator CPU, %',
    two_generator_percent: 'two: generator CPU, %',
  },
  compared: 'ratio',
  async run(rig, name, note) {
    const of = rig.quick ? 'quick' : 'usual'
    return await withServer(rig, name, {}, async (first) => {
      note('one')
      const one = await pumped(rig, [first], of)
      const second = await SERVERS[name].start(rig, { core: CORE.others })
      try {
        note('two')
        const two = await pumped(rig, [first, second], of)
        return {
          ...named('one', one),
          ...named('two', two),
          ratio: (two.per_second ?? 0) / (one.per_second ?? 1),
        }
      } finally {
        await second.stop()
      }
    })
  },
}

async function pumped(rig: Rig, servers: Parameters<typeof measured>[1], of: keyof typeof PUMP): Promise<Figures> {
  const { clients, window } = PUMP[of]
  const ports = servers.map(({ port }) => port)
  await bringIn(rig, { name: 'segue', ports, clients, chatter: 'heartbeat', plays: true })
  await rig.generator.ask({ do: 'pump', window })
  await warmUp(rig, { ...WARM[of], withinMs: WARM[of].withinMs })
  const load = await measured(rig, servers, RUN_MS[of] / 2)
  await rig.generator.ask({ do: 'rest', withinMs: REST_MS })
  await rig.generator.ask({ do: 'leave' })
  return {
    per_second: load.said.answers / load.seconds,
    cpu_us: cpuUs(load, load.said.answers),
    generator_percent: percent(load, 'generators'),
  }
}

function named(which: string, figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${which}_${name}`, value]))
}
