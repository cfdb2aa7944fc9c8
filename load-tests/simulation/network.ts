/** Owns the lines between clients and gateways: in order, late, and cut or silent when the seed says so. A line has two ends and no middle. */

import type { DownMessage } from '../../protocol/messages/down.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'
import type { Actor, World } from './world.ts'

/** What an end hears. `closed` comes once, with the code of the other side or 1006. */
export interface ClientEnd {
  message(message: DownMessage, bytes: Uint8Array): void
  closed(code: number): void
}

export interface GatewayEnd {
  message(bytes: Uint8Array, message: UpMessage): void
  closed(code: number): void
}

const BROKEN = 1006

export class Line {
  readonly #world: World
  readonly client: Actor
  readonly gateway: Actor
  readonly latencyMs: number
  clientEnd: ClientEnd | undefined
  gatewayEnd: GatewayEnd | undefined
  /** Nothing passes any more, and nobody is told. */
  #silent = false
  /** Until then everything is late by this: a burst of loss, as TCP shows it. */
  stalledUntilMs = 0
  #lastUpMs = 0
  #lastDownMs = 0
  #cutAtMs = Number.POSITIVE_INFINITY
  /** Sent to a client that takes nothing: what the kernel of the gateway would hold. */
  unreadBytes = 0
  /** Its client says at the upgrade that it comes to resume. */
  resumes = false

  constructor(world: World, client: Actor, gateway: Actor, latencyMs: number) {
    this.#world = world
    this.client = client
    this.gateway = gateway
    this.latencyMs = latencyMs
  }

  up(bytes: Uint8Array, message: UpMessage): void {
    if (this.#silent) return
    this.#lastUpMs = Math.max(this.#lastUpMs, this.#arrival())
    const atMs = this.#lastUpMs
    this.#world.after(atMs - this.#world.nowMs, this.gateway, () => {
      if (atMs <= this.#cutAtMs) this.gatewayEnd?.message(bytes, message)
    })
  }

  down(bytes: Uint8Array, message: DownMessage): void {
    if (this.#silent || this.client.frozen !== undefined) this.unreadBytes += bytes.length
    if (this.#silent) return
    this.#lastDownMs = Math.max(this.#lastDownMs, this.#arrival())
    const atMs = this.#lastDownMs
    this.#world.after(atMs - this.#world.nowMs, this.client, () => {
      if (atMs <= this.#cutAtMs) this.clientEnd?.message(message, bytes)
    })
  }

  /** The client lets go: nothing more is heard by it; the gateway is told behind what was sent before. */
  leave(code: number): void {
    this.clientEnd = undefined
    if (this.#silent) return
    this.#lastUpMs = Math.max(this.#lastUpMs, this.#arrival())
    this.#world.after(this.#lastUpMs - this.#world.nowMs, this.gateway, () => this.#tellGateway(code))
  }

  /** The gateway closes, after what it sent before. Its own end is over already. */
  end(code: number): void {
    this.gatewayEnd = undefined
    if (this.#silent) return
    this.#lastDownMs = Math.max(this.#lastDownMs, this.#arrival())
    const atMs = this.#lastDownMs
    this.#world.after(atMs - this.#world.nowMs, this.client, () => {
      if (atMs <= this.#cutAtMs) this.#tellClient(code)
    })
  }

  /** Broken: of what is under way the first part arrives, in each direction, and both ends are told in a while. */
  cut(): void {
    if (this.#silent) return
    this.#cutAtMs = this.#world.nowMs + this.latencyMs * this.#world.random()
    const later = this.#cutAtMs - this.#world.nowMs + 1
    this.#world.after(later, this.client, () => this.#tellClient(BROKEN))
    this.#world.after(later, this.gateway, () => this.#tellGateway(BROKEN))
    this.#silent = true
  }

  /** Nobody takes it. */
  refuse(): void {
    this.#silent = true
    this.#world.after(this.latencyMs, this.client, () => this.#tellClient(BROKEN))
  }

  /** Half open: nothing passes and nobody is told. */
  silence(): void {
    this.#cutAtMs = Math.min(this.#cutAtMs, this.#world.nowMs)
    this.#silent = true
  }

  /** The gateway's machine answers for a process that is gone. */
  reset(): void {
    if (this.#silent) return
    this.#silent = true
    this.#cutAtMs = this.#world.nowMs + this.latencyMs * this.#world.random()
    this.#world.after(this.latencyMs, this.client, () => this.#tellClient(BROKEN))
  }

  #arrival(): number {
    const { nowMs, random } = this.#world
    const late = this.latencyMs * (0.5 + random())
    return Math.max(nowMs + late, this.stalledUntilMs)
  }

  #tellClient(code: number): void {
    const end = this.clientEnd
    this.clientEnd = undefined
    end?.closed(code)
  }

  #tellGateway(code: number): void {
    const end = this.gatewayEnd
    this.gatewayEnd = undefined
    end?.closed(code)
  }
}
