/** Owns what the person at a client does: picks, pauses, seeks, skips, stops, leaves and comes back; and what befalls the device. */

import type { Fleet } from './fleet.ts'
import type { SimClient } from './sim-client.ts'

/** Of what is done by who has several devices, this part is about another one. */
const REACH_OVER = 0.5
/** Two people, or one in a hurry, do things on two devices within this. */
const AT_ONCE_MS = 400

export class Listener {
  readonly #fleet: Fleet
  readonly #client: SimClient
  /** Faults are over: nothing more befalls the device. */
  calm = false

  constructor(fleet: Fleet, client: SimClient) {
    this.#fleet = fleet
    this.#client = client
    this.#actSoon(fleet.world.random() * fleet.profile.actEveryMs)
    this.#sufferSoon()
  }

  /** Something plays from here on, on one device of each listener. */
  insistSoon(): void {
    const { world } = this.#fleet
    if (this.#others.every(({ name }) => this.#client.name < name)) {
      world.after(0, this.#client.actor, () => this.#insist())
    }
  }

  /** The other devices of this listener. */
  get #others(): readonly SimClient[] {
    for (const clients of this.#fleet.listeners.values()) {
      if (clients.includes(this.#client)) return clients.filter((one) => one !== this.#client)
    }
    return []
  }

  #insist(): void {
    const { status, phase, requests } = this.#client
    if (phase !== 'connected' || requests.size > 0) return
    if (status === 'stopped') this.#pick()
    else if (status === 'paused') this.#client.asks.goOn()
  }

  #actSoon(delayMs: number): void {
    const { world } = this.#fleet
    world.after(delayMs, this.#client.actor, () => {
      if (!this.calm) this.#act()
      this.#actSoon(world.around(this.#fleet.profile.actEveryMs))
    })
  }

  #sufferSoon(): void {
    const { world, profile } = this.#fleet
    world.after(world.around(profile.networkFaultEveryMs), world.nature, () => {
      if (!this.calm) this.#suffer()
      this.#sufferSoon()
    })
  }

  #pick(): void {
    const track = this.#fleet.world.pick(this.#fleet.catalog.tracks)
    this.#client.asks.play(track.track_id, 0, 'pick')
  }

  #act(): void {
    const client = this.#client
    const { world } = this.#fleet
    if (client.phase === 'closed') client.open()
    if (client.phase !== 'connected') return
    const other = this.#others.length > 0 && world.chance(REACH_OVER) ? world.pick(this.#others) : undefined
    if (other !== undefined) {
      this.#reachOver(other)
      return
    }
    const dice = world.random()
    const { playhead } = client
    if (playhead === undefined || client.status === 'stopped') {
      if (dice < 0.7) this.#pick()
      else if (dice < 0.73) client.close()
      return
    }
    if (client.status === 'paused') {
      if (dice < 0.5) client.asks.goOn()
      else if (dice < 0.55) this.#pick()
      else if (dice < 0.65) client.asks.seek(this.#somewhere(playhead.track.duration_ms))
      return
    }
    if (dice < 0.2) client.asks.pause()
    else if (dice < 0.4) client.asks.seek(this.#somewhere(playhead.track.duration_ms))
    else if (dice < 0.6) {
      client.asks.next('next')
    } else if (dice < 0.75) this.#pick()
    else if (dice < 0.85) client.asks.stop()
    else if (dice < 0.87) client.close()
    // A nervous finger: several requests before the first is answered.
    else if (dice < 0.92) {
      client.asks.pause()
      client.asks.goOn()
      client.asks.seek(this.#somewhere(playhead.track.duration_ms))
      client.asks.next('next')
    }
  }

  /** Takes the stream over or along, moves it away, or has the other device do something; now and then both devices are busy at once. */
  #reachOver(other: SimClient): void {
    const client = this.#client
    const { world } = this.#fleet
    const here = client.devices.find(({ you }) => you)
    const there = client.devices.find(({ device_id }) => device_id === other.name)
    const dice = world.random()
    if (world.chance(0.6)) {
      world.after(world.between(0, AT_ONCE_MS), other.actor, () => this.#meanwhile(other))
    }
    if (dice < 0.35) this.#pick()
    else if (there !== undefined && there.fence > 0 && dice < 0.65) this.#move(client, there, client.name)
    else if (here !== undefined && here.fence > 0 && dice < 0.8) this.#move(client, here, other.name)
    else if (there !== undefined) {
      const action = world.pick(['play', 'pause', 'seek', 'next'] as const)
      if (there.stream_id === undefined) return
      const { stream_id } = there
      const of = action === 'seek' || action === 'next' ? { stream_id } : {}
      const position = action === 'seek' ? { position_ms: this.#somewhere(60_000) } : {}
      client.asks.ask({ type: 'command', device_id: other.name, fence: there.fence, action, ...of, ...position })
    }
  }

  #move(client: SimClient, from: SimClient['devices'][number], to: string): void {
    client.asks.ask({ type: 'transfer', from_device_id: from.device_id, to_device_id: to, fence: from.fence })
  }

  /** On the other device, before it is told of anything. */
  #meanwhile(other: SimClient): void {
    const { world } = this.#fleet
    if (other.phase !== 'connected') return
    const dice = world.random()
    const playing = other.devices.find(({ status, yours, you }) => yours && !you && status === 'playing')
    if (playing !== undefined && dice < 0.4) this.#move(other, playing, other.name)
    else if (other.playhead === undefined || other.status !== 'playing') return
    else if (dice < 0.6) other.asks.next('next')
    else if (dice < 0.8) other.asks.pause()
    else other.asks.seek(this.#somewhere(other.playhead.track.duration_ms))
  }

  #somewhere(durationMs: number): number {
    return Math.floor(this.#fleet.world.random() * durationMs * 0.9)
  }

  #suffer(): void {
    const client = this.#client
    const { world, faults } = this.#fleet
    const dice = world.random()
    if (dice < 0.35) {
      faults.count('line cut', client.name)
      client.line?.cut()
    } else if (dice < 0.5) {
      faults.count('line half open', client.name)
      client.line?.silence()
    } else if (dice < 0.65) {
      faults.count('line stalled', client.name)
      if (client.line !== undefined) client.line.stalledUntilMs = world.nowMs + world.around(3_000)
    } else if (dice < 0.8) {
      faults.count('client sleeps', client.name)
      this.#sleep(world.chance(0.2) ? world.around(this.#longMs) : world.around(60_000))
    } else if (dice < 0.88) {
      faults.count('client restarts', client.name)
      client.restart()
    } else if (dice < 0.95) {
      faults.count('network away', client.name)
      this.#offline(world.around(world.chance(0.1) ? this.#longMs : 30_000))
    } else {
      // Cut again and again while it resumes.
      faults.count('line cut in a row', client.name)
      for (let i = 1; i < 6; i++) world.after(world.between(1, 400) * i, world.nature, () => client.line?.cut())
    }
  }

  /** Long enough for many sessions to be lost. */
  get #longMs(): number {
    return 1.5 * this.#fleet.profile.resumeWithinMs
  }

  #sleep(ms: number): void {
    const { world } = this.#fleet
    if (this.#client.actor.frozen !== undefined) return
    this.#client.sleep()
    world.after(ms, world.nature, () => this.#client.wake())
  }

  #offline(ms: number): void {
    const { world } = this.#fleet
    const client = this.#client
    client.offline = true
    client.line?.silence()
    world.after(ms, world.nature, () => {
      client.offline = false
    })
  }
}
