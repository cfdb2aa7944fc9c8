/** Owns the sockets that have no session yet: apart by what they come for, and which of the silent ones goes first when there is no room (G2). */

/** What a client says at the upgrade that it comes for. It gives no right but that to the room of its kind. */
export type Purpose = 'sign_in' | 'resume'

export interface Guest {
  readonly purpose: Purpose
  /** Of the network it comes from. */
  readonly address: string
}

export interface WaitingRoom<T extends Guest> {
  /** It waits, and has said nothing yet. */
  enter(guest: T): void
  /** It has asked for a session. */
  spoke(guest: T): void
  /** It has a session, or is gone. */
  leave(guest: T): void
  waiting(purpose: Purpose): number
  /** The silent one that has been there longest of the address with most of them, should one of `address` rather be there. */
  toLetGo(purpose: Purpose, address: string): T | undefined
}

/** @param share so many silent sockets an address may have whoever else wants to come: many people may share it */
export function createWaitingRoom<T extends Guest>(share: number): WaitingRoom<T> {
  const guests: Readonly<Record<Purpose, Set<T>>> = { sign_in: new Set(), resume: new Set() }
  const silent: Readonly<Record<Purpose, Ranked<T>>> = { sign_in: new Ranked(), resume: new Ranked() }
  return {
    enter(guest) {
      guests[guest.purpose].add(guest)
      silent[guest.purpose].add(guest)
    },
    spoke: (guest) => silent[guest.purpose].remove(guest),
    leave(guest) {
      guests[guest.purpose].delete(guest)
      silent[guest.purpose].remove(guest)
    },
    waiting: (purpose) => guests[purpose].size,
    toLetGo(purpose, address) {
      const ranked = silent[purpose]
      // One more of the address that has most would only change places with its like.
      if (ranked.most <= Math.max(share, ranked.of(address) + 1)) return undefined
      return ranked.oldestOfMost()
    },
  }
}

/** Guests by address, and the addresses by how many they have: found without a search, as that is when there is no time for one. */
class Ranked<T extends Guest> {
  readonly #byAddress = new Map<string, Set<T>>()
  readonly #byCount = new Map<number, Set<string>>()
  most = 0

  of(address: string): number {
    return this.#byAddress.get(address)?.size ?? 0
  }

  add(guest: T): void {
    const guests = this.#byAddress.get(guest.address) ?? new Set()
    this.#byAddress.set(guest.address, guests)
    const before = guests.size
    guests.add(guest)
    this.#move(guest.address, before, guests.size)
  }

  remove(guest: T): void {
    const guests = this.#byAddress.get(guest.address)
    if (guests?.delete(guest) !== true) return
    if (guests.size === 0) this.#byAddress.delete(guest.address)
    this.#move(guest.address, guests.size + 1, guests.size)
  }

  oldestOfMost(): T | undefined {
    for (const address of this.#byCount.get(this.most) ?? [])
      for (const guest of this.#byAddress.get(address) ?? []) return guest
    return undefined
  }

  #move(address: string, from: number, to: number): void {
    const left = this.#byCount.get(from)
    left?.delete(address)
    if (left?.size === 0) this.#byCount.delete(from)
    if (to > 0) this.#byCount.set(to, (this.#byCount.get(to) ?? new Set()).add(address))
    if (to > this.most) this.most = to
    else if (from === this.most && !this.#byCount.has(from)) this.most = to
  }
}
