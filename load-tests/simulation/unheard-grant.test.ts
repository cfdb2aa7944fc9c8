import { describe, expect, it } from 'vitest'
import { Fleet } from './fleet.ts'
import { PROFILES } from './profile.ts'
import { virtualGlobals } from './virtual-globals.ts'
import { World } from './world.ts'

/** The last of eight lies; by this seed it says that it plays though it has no audio, at the speed of music. */
const SEED = 6
const LIAR = 7
const profile = { ...PROFILES.brief, clients: LIAR + 1, gateways: 1 }

describe('I8 what a gateway has signed for and saved', () => {
  it('is granted, though its client never hears of it and says that it played it', async () => {
    const world = new World(SEED)
    const { enter, leave } = virtualGlobals(world)
    const fleet = new Fleet(world, profile, undefined)
    const pass = (ms: number) => world.run(world.nowMs + ms, enter, leave)
    const soon = (work: () => void) => world.after(0, world.nature, work)
    soon(() => fleet.assemble())
    await pass(2 * profile.heartbeatIntervalMs)
    const client = fleet.clients[LIAR]
    const gateway = fleet.gateways[0]
    const track = fleet.catalog.tracks.find(({ duration_ms }) => duration_ms > 120_000)
    if (client === undefined || gateway === undefined || track === undefined) throw new Error('there is no such fleet')
    expect(client.manner).toEqual({ speed: 1, withoutAudio: true })
    world.after(0, client.actor, () => client.asks.play(track.track_id, 0, 'pick'))
    await pass(5_000)

    // Its beat waits in front of the gateway as the line falls silent: what is granted for it goes nowhere.
    soon(() => world.freeze(gateway.actor))
    await pass(profile.heartbeatIntervalMs + 1_000)
    soon(() => {
      client.line?.silence()
      world.thaw(gateway.actor)
    })
    await pass(4 * profile.heartbeatIntervalMs)
    expect(client.phase).toBe('connected')
    for (const one of fleet.clients) world.after(0, one.actor, () => one.close())
    await pass(2 * profile.leaseMs + 120_000)
    fleet.close()
    const [stream] = [...fleet.clickhouse.streams.values()]
    expect(stream?.ms_played).toBeGreaterThan(40_000)
    expect(fleet.checker.violations).toEqual([])
  })
})
