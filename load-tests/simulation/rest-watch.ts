/** Owns the look at a fleet that has come to rest: everybody is there, plays, and agrees with its session (I13, I16). */

import type { Fleet } from './fleet.ts'
import type { SimClient } from './sim-client.ts'

export class RestWatch {
  readonly #fleet: Fleet
  readonly #playing = new Set<SimClient>()

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  /** Who plays now: a track may end at any moment, so there are several looks. */
  look(): void {
    for (const client of this.#fleet.clients) {
      const { playhead, status, world } = client
      const hears = !client.isHonest || (playhead?.aheadMs(world.nowMs) ?? 0) > 0
      if (playhead !== undefined && status === 'playing' && hears) this.#playing.add(client)
    }
  }

  /** Faults are long over. */
  judge(): void {
    const { checker, redis, clients, listeners } = this.#fleet
    for (const devices of listeners.values()) this.#doesNotPlay(devices)
    for (const client of clients) {
      const { name, phase, playhead, sessionId, outbox } = client
      if (phase !== 'connected') checker.violate('I13', name, `is ${phase}`)
      if (outbox.pending > 3) checker.violate('I13', name, `${outbox.pending} events are not acknowledged`)
      const held = redis.model.peek(sessionId)
      if (playhead !== undefined && client.requests.size === 0 && held?.stream !== playhead.streamId) {
        checker.violate('I16', name, `plays ${playhead.streamId}, its session ${held?.stream ?? 'is gone'}`)
      }
    }
  }

  #doesNotPlay(devices: readonly SimClient[]): void {
    const [client] = devices
    if (client === undefined || devices.some((one) => this.#playing.has(one))) return
    const each = devices.map(({ name, status }) => `${name} ${status}`).join(', ')
    this.#fleet.checker.violate('I13', client.name, `plays on no device: ${each}`)
  }
}
