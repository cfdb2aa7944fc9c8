/** Owns the watch over stream leases: how many live at once in Redis, that fences rise, and that a holder who was stopped does nothing more by its fence. */

import type { KnownDevice } from '../../infra/redis/account-store.ts'
import type { DownMessage } from '../../protocol/messages/down.ts'
import type { Plan } from '../../protocol/vocabulary.ts'
import type { Request } from './client-witness.ts'
import type { Counts } from './counts.ts'
import type { InvariantId } from './invariants.ts'

/** A step of an account in Redis by which a session holds a lease from now on, or still. */
export interface LeaseStep {
  readonly accountId: string
  readonly sessionId: string
  readonly result: 'granted' | 'renewed'
  readonly fence: number
  /** `transfer`: it names the device to be stopped by its fence. `going-on`: it names the fence that it takes itself to hold. */
  readonly by: 'play' | 'transfer' | 'going-on'
  readonly named: number
  readonly stopped: readonly KnownDevice[]
  /** Of every lease that lives after the step: whose it is. */
  readonly members: readonly string[]
}

export interface AccountWitness {
  stepped(step: LeaseStep): void
  /** The lease of `fence` was given back, by word of the fence `named`. */
  freed(accountId: string, sessionId: string, fence: number, named: number): void
}

/** What each plan pays for (SPEC: devices of an account), stated again. */
const PAID: Readonly<Record<Plan, { readonly streams: number; readonly ofMember: number }>> = {
  free: { streams: 1, ofMember: 1 },
  individual: { streams: 1, ofMember: 1 },
  duo: { streams: 2, ofMember: 1 },
  family: { streams: 6, ofMember: 1 },
}

/** What a session was told, and asked by which fence. */
interface Told {
  maxSeq: number
  fence: number
  /** Of the lease that it was told to have lost to another device. */
  evictedFence: number
  readonly evictedStreams: Set<string>
  /** Of the stream that came here by a transfer. */
  movedFence: number
  readonly askedBy: Map<number, number>
}

export class LeaseWatch implements AccountWitness {
  readonly #plans = new Map<string, Plan>()
  readonly #newest = new Map<string, number>()
  /** Fences of sessions whose lease went to another one. */
  readonly #stopped = new Map<string, number>()
  readonly #told = new Map<string, Told>()
  readonly #counts: Counts
  readonly #violate: (invariant: InvariantId, about: string, text: string) => void

  constructor(counts: Counts, violate: (invariant: InvariantId, about: string, text: string) => void) {
    this.#counts = counts
    this.#violate = violate
  }

  pays(accountId: string, plan: Plan): void {
    this.#plans.set(accountId, plan)
  }

  // --- Redis

  stepped(step: LeaseStep): void {
    const { accountId, sessionId, result, fence, by, named } = step
    this.#paysFor(step)
    if (result === 'granted') {
      const newest = this.#newest.get(accountId) ?? 0
      if (fence <= newest) this.#violate('I19', accountId, `${sessionId} was granted ${fence} after ${newest}`)
      this.#newest.set(accountId, Math.max(newest, fence))
    }
    const stoppedFence = this.#stopped.get(sessionId) ?? 0
    if (by === 'going-on' && named <= stoppedFence) {
      this.#violate(
        'I21',
        accountId,
        `${sessionId} was ${result} as it goes on by ${named}, though ${stoppedFence} was stopped`,
      )
    }
    if (by === 'transfer' && !step.stopped.some((device) => device.fence === named)) {
      this.#violate('I21', accountId, `a transfer by ${named} stopped ${step.stopped.map((device) => device.fence)}`)
    }
    for (const device of step.stopped) this.#stopped.set(device.session_id, device.fence)
    if (by === 'transfer') this.#counts.transferred += 1
    else if (step.stopped.length > 0) this.#counts.takenOver += 1
  }

  freed(accountId: string, sessionId: string, fence: number, named: number): void {
    if (fence !== named) this.#violate('I21', accountId, `${sessionId} lost ${fence} by a late word of ${named}`)
  }

  #paysFor({ accountId, sessionId, members, fence }: LeaseStep): void {
    const plan = this.#plans.get(accountId) ?? 'free'
    const { streams, ofMember } = PAID[plan]
    const most = Math.max(...members.map((member) => members.filter((other) => other === member).length))
    if (members.length <= streams && most <= ofMember) return
    const whose = members.map((member) => member || 'the holder').join(', ')
    this.#violate('I18', accountId, `with ${fence} of ${sessionId} ${plan} has ${members.length} leases live: ${whose}`)
  }

  // --- what a session is asked and told

  asked(sessionId: string, request: Request): void {
    const fence = 'fence' in request && request.type !== 'transfer' && request.type !== 'command' ? request.fence : 0
    if (fence !== undefined && fence > 0) this.#of(sessionId).askedBy.set(request.id, fence)
  }

  said(sessionId: string, client: string, message: DownMessage): void {
    if (message.type === 'resumed' && !message.recovered) {
      // It is a session that did less than its client saw (U2): what it was told may not have been.
      this.#told.delete(sessionId)
      return
    }
    if (message.type !== 'playback' && message.type !== 'grant') return
    const told = this.#of(sessionId)
    if (message.type === 'grant') {
      if (told.evictedStreams.has(message.stream_id)) {
        this.#violate('I20', client, `${message.stream_id} was granted chunks after it was evicted`)
      }
      return
    }
    // Said before: it is a replay.
    if (message.seq <= told.maxSeq) return
    told.maxSeq = message.seq
    if (message.status === 'stopped') {
      if (message.reason !== 'evicted') return
      told.evictedFence = Math.max(told.evictedFence, told.fence)
      if (message.stream_id !== undefined) told.evictedStreams.add(message.stream_id)
      return
    }
    const asked = message.re === undefined ? undefined : told.askedBy.get(message.re)
    if (asked !== undefined && asked <= told.evictedFence) {
      const { re, status, stream_id } = message
      this.#violate(
        'I20',
        client,
        `request ${re} by ${asked}, evicted as ${told.evictedFence}: ${stream_id} is ${status}`,
      )
    }
    if (asked !== undefined && asked < told.movedFence) {
      const { re, status, stream_id } = message
      this.#violate(
        'I21',
        client,
        `request ${re} by ${asked}, moved here as ${told.movedFence}: ${stream_id} is ${status}`,
      )
    }
    if (message.re === undefined && message.track !== undefined) told.movedFence = message.fence ?? 0
    if (message.stream_id !== undefined && told.evictedStreams.has(message.stream_id)) {
      this.#violate('I20', client, `${message.stream_id} is ${message.status} after it was evicted`)
    }
    if (message.fence !== undefined) told.fence = Math.max(told.fence, message.fence)
  }

  #of(sessionId: string): Told {
    const known = this.#told.get(sessionId)
    if (known !== undefined) return known
    const told = {
      maxSeq: 0,
      fence: 0,
      evictedFence: 0,
      movedFence: 0,
      evictedStreams: new Set<string>(),
      askedBy: new Map(),
    }
    this.#told.set(sessionId, told)
    return told
  }
}
