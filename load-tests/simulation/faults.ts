/** Owns what goes wrong with the servers, by chance of the seed, and that it ends. */

import type { Fleet } from './fleet.ts'
import type { GatewayNode } from './gateway-node.ts'

export class Faults {
  readonly #fleet: Fleet
  readonly counts = new Map<string, number>()
  #over = false

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  begin(): void {
    this.#soon()
  }

  end(): void {
    this.#over = true
  }

  /** @param about the client that it befalls, if it is one */
  count(fault: string, about = ''): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1)
    this.#fleet.checker.trace('FAULT', about, fault)
  }

  #soon(): void {
    const { world, profile } = this.#fleet
    world.after(world.around(profile.faultEveryMs), world.nature, () => {
      if (this.#over) return
      const fault = world.pick(world.chance(RARE) ? RARE_FAULTS : FAULTS)
      this.count(fault.name)
      fault.strike(this.#fleet)
      this.#soon()
    })
  }
}

interface Fault {
  readonly name: string
  strike(fleet: Fleet): void
}

/** One that runs and stays; undefined when there is none. */
function someGateway({ gateways, world }: Fleet): GatewayNode | undefined {
  const running = gateways.filter(({ actor, leaving }) => actor.alive && actor.frozen === undefined && !leaving)
  return running.length === 0 ? undefined : world.pick(running)
}

/** A gateway is gone, and another one is started in its place. */
function replace(fleet: Fleet, gateway: GatewayNode): void {
  const { world } = fleet
  world.after(world.between(500, 20_000), world.nature, () => {
    fleet.remove(gateway)
    fleet.addGateway()
  })
}

/** How long an outage lasts: seconds, now and then minutes. */
function length({ world }: Fleet): number {
  return world.chance(0.2) ? world.around(90_000) : world.around(6_000)
}

function during(fleet: Fleet, begin: () => void, end: () => void): void {
  begin()
  fleet.world.after(length(fleet), fleet.world.nature, end)
}

/** Part of the faults that are rare ones. */
const RARE = 0.01

const RARE_FAULTS: readonly Fault[] = [
  {
    name: 'redis stopped for longer than a lease',
    strike: ({ redis, world, profile }) => redis.stop(world.between(1.05, 1.5) * profile.leaseMs),
  },
]

const FAULTS: readonly Fault[] = [
  {
    name: 'gateway killed',
    strike(fleet) {
      const gateway = someGateway(fleet)
      if (gateway === undefined) return
      gateway.kill(fleet.world.chance(0.7))
      replace(fleet, gateway)
    },
  },
  {
    name: 'gateway frozen',
    strike(fleet) {
      const gateway = someGateway(fleet)
      if (gateway === undefined) return
      during(
        fleet,
        () => fleet.world.freeze(gateway.actor),
        () => fleet.world.thaw(gateway.actor),
      )
    },
  },
  {
    name: 'gateway drained',
    strike(fleet) {
      const gateway = someGateway(fleet)
      if (gateway === undefined) return
      fleet.addGateway()
      gateway.leave(() => fleet.remove(gateway))
    },
  },
  {
    name: 'clock set',
    strike(fleet) {
      const gateway = someGateway(fleet)
      if (gateway !== undefined) gateway.actor.clockAheadMs += fleet.world.between(-5_000, 5_000)
    },
  },
  {
    name: 'redis stopped',
    strike: (fleet) => fleet.redis.stop(length(fleet)),
  },
  {
    name: 'redis frozen',
    strike: (fleet) =>
      during(
        fleet,
        () => fleet.redis.freeze(),
        () => fleet.redis.thaw(),
      ),
  },
  { name: 'redis connection broken', strike: ({ redis }) => redis.breakOne() },
  {
    name: 'gateway parted from redis',
    strike(fleet) {
      const gateway = someGateway(fleet)
      if (gateway === undefined) return
      during(
        fleet,
        () => gateway.partRedis(true),
        () => gateway.partRedis(false),
      )
    },
  },
  ...(['down', 'silent', 'forgetful'] as const).map((trouble) => ({
    name: `kafka ${trouble}`,
    strike: (fleet: Fleet) =>
      during(
        fleet,
        () => {
          fleet.kafka.trouble = trouble
        },
        () => {
          fleet.kafka.trouble = 'none'
        },
      ),
  })),
  {
    name: 'books crash and read again',
    strike: (fleet) =>
      during(
        fleet,
        () => fleet.crashBooks(0.3),
        () => fleet.crashBooks(0),
      ),
  },
  { name: 'reaper crashed', strike: (fleet) => fleet.crashReaper() },
  {
    name: 'catalog away',
    strike: (fleet) =>
      during(
        fleet,
        () => {
          fleet.catalog.isDown = true
        },
        () => {
          fleet.catalog.isDown = false
        },
      ),
  },
]
