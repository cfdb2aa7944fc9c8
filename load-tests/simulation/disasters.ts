/** Owns what befalls the whole fleet at once, and how soon everybody is back, on the virtual clock. */

import type { Fleet } from './fleet.ts'
import type { SimClient } from './sim-client.ts'

export interface Disaster {
  readonly name: string
  strike(fleet: Fleet): void
}

export interface Comeback {
  readonly disaster: string
  /** Clients that were connected before and were not after. */
  readonly hit: number
  /** From the disaster until each was connected again, ascending; who was not in the time that is looked at is not in it. */
  readonly backMs: readonly number[]
}

/** Zones of a deployment, one of which is lost. */
const ZONES = 3
const REPLACED_AFTER_MS = 120_000
const LOOK_EVERY_MS = 100
const LOOK_FOR_MS = 120_000

export const DISASTERS = {
  storm: {
    name: 'all lines cut',
    strike(fleet) {
      for (const client of fleet.clients) client.line?.cut()
    },
  },
  zone: {
    name: 'a zone lost',
    strike(fleet) {
      const lost = fleet.gateways.filter((_, i) => i % ZONES === 0)
      // The machines are gone too: nobody answers for them.
      for (const gateway of lost) gateway.kill(false)
      fleet.world.after(REPLACED_AFTER_MS, fleet.world.nature, () => {
        for (const gateway of lost) {
          fleet.remove(gateway)
          fleet.addGateway()
        }
      })
    },
  },
} as const satisfies Record<string, Disaster>

export type DisasterName = keyof typeof DISASTERS

/** Strikes in `afterMs`, and tells once it has looked for long enough. */
export function disasterIn(afterMs: number, { name, strike }: Disaster, fleet: Fleet, tell: (seen: Comeback) => void) {
  const { world } = fleet
  world.after(afterMs, world.nature, () => {
    const beganMs = world.nowMs
    const connected = new Set(fleet.clients.filter(({ phase }) => phase === 'connected'))
    const away = new Set<SimClient>()
    const backMs: number[] = []
    fleet.faults.count(name)
    strike(fleet)
    const look = () => {
      for (const client of connected) {
        if (client.phase === 'connected') continue
        connected.delete(client)
        away.add(client)
      }
      for (const client of away) {
        if (client.phase !== 'connected') continue
        away.delete(client)
        backMs.push(world.nowMs - beganMs)
      }
      if (world.nowMs - beganMs < LOOK_FOR_MS) world.after(LOOK_EVERY_MS, world.nature, look)
      else tell({ disaster: name, hit: backMs.length + away.size, backMs })
    }
    look()
  })
}

export function comebackLine({ disaster, hit, backMs }: Comeback): string {
  const at = (share: number) => `${((backMs[Math.ceil(share * backMs.length) - 1] ?? 0) / 1_000).toFixed(1)} s`
  return `  ${disaster}: ${hit} lost their line, ${backMs.length} were back within ${LOOK_FOR_MS / 1_000} s: p50 ${at(0.5)}, p99 ${at(0.99)}, the last ${at(1)}`
}
