/** Owns the stream leases of the sessions that are held here, and what their accounts are shown of them (D5). */

import type {
  AccountDevice,
  AccountStore,
  Beat,
  DeviceList,
  KnownDevice,
  LeaseWish,
} from '../infra/redis/account-store.ts'
import { type Dependency, DependencyAway } from '../infra/runtime/dependency.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { Plan } from '../protocol/vocabulary.ts'
import type { Lease } from '../session/lease.ts'
import { giveLease, isStale } from '../session/leasing.ts'
import { STREAM_LIMITS } from '../session/stream-limits.ts'
import { isOutdated, statusOf } from './device-status.ts'
import { type HeldSession, REST_OF_LEASE } from './held-session.ts'
import type { Metrics } from './metrics.ts'

export interface LeaseEvents {
  /** The devices of the account are now these. */
  listed(accountId: string, list: DeviceList): void
  /** The devices of the account, for a session that has just come here. */
  arrived(held: HeldSession, list: DeviceList): void
  /** `device` held the lease that now is `held`'s. */
  stopped(device: KnownDevice, held: HeldSession): void
  /** The lease that ran out was granted again. */
  regranted(held: HeldSession, lease: Lease): void
  /** Somebody else plays. */
  lost(held: HeldSession): void
}

export interface LeaseKeeperParts {
  readonly store: AccountStore
  readonly redis: Dependency
  readonly log: Logger
  readonly leaseMs: number
  /** Plans whose new stream is denied when all are in use, rather than taking over. */
  readonly denyPlans: readonly Plan[]
  readonly metrics: Pick<Metrics, 'leases'>
  readonly now: () => number
  /** The revision of the list of devices that this gateway has of an account. */
  readonly knownRevision: (accountId: string) => number | undefined
  readonly events: LeaseEvents
}

export type LeaseAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: 'stream_limit'; readonly conflicts: readonly KnownDevice[] }
  | { readonly ok: false; readonly error: 'stale_fence' | 'forbidden' }

export interface LeaseKeeper {
  /** A lease for the session to play by; `takeOver`: another device may be stopped for it, if the plan says so. While Redis is away it is given on trust, which is bounded and counted (A8). */
  acquire(held: HeldSession, wish: Pick<LeaseWish, 'takeOver' | 'instead' | 'goesOnBy'>): Promise<LeaseAnswer>
  /** The session shows something else of itself; `freed`: the fence of a lease that goes back, or 0. */
  show(held: HeldSession, freed: number): void
  /** A sign of life, heard at `nowMs`: renews the lease. Hot path. */
  beat(held: HeldSession, nowMs: number): void
  /** The session has just come here, by sign-in or resume. */
  arrive(held: HeldSession): void
  /** It is over. */
  leave(held: HeldSession): void
}

export function createLeaseKeeper(parts: LeaseKeeperParts): LeaseKeeper {
  const { store, redis, log, leaseMs, denyPlans, metrics, now, knownRevision, events } = parts

  const leastBetweenBeatsMs = leaseMs * REST_OF_LEASE

  /** What is under way says for these what a beat would. */
  const arriving = new WeakSet<HeldSession>()

  const onTrust = (held: HeldSession): void => {
    metrics.leases.inc({ result: 'on_trust' })
    const fence = held.session.lease?.fence ?? 0
    giveLease(held.session, { fence, untilMs: now() + leaseMs })
  }

  const acquire = async (
    held: HeldSession,
    wish: Omit<LeaseWish, 'streams' | 'perMember' | 'lastFence'>,
    take: (lease: Lease) => void,
  ): Promise<LeaseAnswer> => {
    const sentMs = now()
    const device = deviceOf(held, sentMs)
    const limits = STREAM_LIMITS[held.session.who.plan]
    const { lastFence } = held.session
    const answer = await redis.ask(() => store.play(device, { ...limits, ...wish, lastFence }))
    metrics.leases.inc({ result: answer.result })
    if (answer.list !== undefined) events.listed(device.accountId, answer.list)
    if (answer.result === 'denied') return { ok: false, error: 'stream_limit', conflicts: answer.conflicts }
    if (answer.result === 'forbidden') return { ok: false, error: 'forbidden' }
    // The word that another device took it over may have come before this answer.
    if (answer.result === 'stale' || isStale(held.session, answer.fence)) return { ok: false, error: 'stale_fence' }
    held.leaseConfirmed = true
    take({ fence: answer.fence, untilMs: sentMs + leaseMs })
    for (const stopped of answer.stopped) {
      metrics.leases.inc({ result: 'taken_over' })
      events.stopped(stopped, held)
    }
    return { ok: true }
  }

  /** What plays goes on; a defect of ours is no reason to stop it. */
  const failed = (held: HeldSession, error: unknown): void => {
    if (!(error instanceof DependencyAway)) log.error({ err: error }, 'a step of an account failed')
    if (held.session.lease !== undefined) onTrust(held)
  }

  /** What a beat says of the lease that the session had when it was sent. */
  const settle = (held: HeldSession, fence: number, sentMs: number, answer: Beat): void => {
    const { lease } = held.session
    const isStill = lease !== undefined && lease.fence === fence && fence > 0
    if (answer.result !== 'ok') metrics.leases.inc({ result: answer.result })
    held.leaseConfirmed ||= answer.result === 'renewed' || answer.result === 'granted'
    if (answer.result === 'renewed' && isStill) lease.untilMs = Math.max(lease.untilMs, sentMs + leaseMs)
    else if (answer.result === 'granted') {
      const granted = { fence: answer.fence, untilMs: sentMs + leaseMs }
      if (isStill) events.regranted(held, granted)
      // It stopped playing meanwhile.
      else if (lease === undefined) follow(held, (device) => store.idle(device, answer.fence))
    } else if (answer.result === 'lost' && isStill) events.lost(held)
  }

  /** One step of the account; while Redis is away what plays goes on, and says itself again with its next beat. */
  const follow = <S extends { readonly list: DeviceList | undefined }>(
    held: HeldSession,
    step: (device: AccountDevice, fence: number) => Promise<S>,
    then?: (answer: S, fence: number, sentMs: number) => void,
    listed = events.listed,
    done = () => {},
  ): void => {
    const sentMs = now()
    const device = deviceOf(held, sentMs)
    const fence = held.session.lease?.fence ?? 0
    redis
      .ask(() => step(device, fence))
      .then((answer) => {
        if (answer.list !== undefined) listed(device.accountId, answer.list)
        then?.(answer, fence, sentMs)
      })
      .catch((error: unknown) => failed(held, error))
      .finally(done)
  }

  /** Redis is back: what was given on trust must find room. */
  const earn = async (held: HeldSession): Promise<void> => {
    try {
      // The client knows no fence yet, or an old one.
      const answer = await acquire(held, { takeOver: false }, (lease) => events.regranted(held, lease))
      if (!answer.ok) events.lost(held)
    } catch (error) {
      failed(held, error)
    }
  }

  const beat = (held: HeldSession): void => {
    if (arriving.has(held) && held.session.lease?.fence !== 0) return
    if (held.session.lease?.fence === 0) {
      void earn(held)
      return
    }
    const limits = STREAM_LIMITS[held.session.who.plan]
    held.beatAtMs = now()
    follow(
      held,
      (device, fence) => store.beat(device, fence, limits, knownRevision(device.accountId)),
      (answer, fence, sentMs) => settle(held, fence, sentMs, answer),
    )
  }

  return {
    async acquire(held, { takeOver, instead, goesOnBy }) {
      const { lease, who } = held.session
      if (isStale(held.session, goesOnBy)) return { ok: false, error: 'stale_fence' }
      const isSure = lease !== undefined && held.leaseConfirmed && now() < lease.untilMs
      if (isSure && instead === undefined) return { ok: true }
      try {
        const wish = { takeOver: takeOver && !denyPlans.includes(who.plan), instead, goesOnBy }
        return await acquire(held, wish, (granted) => giveLease(held.session, granted))
      } catch (error) {
        if (!(error instanceof DependencyAway)) throw error
        // Nobody can be asked: silence would be worse, and for how long is bounded.
        onTrust(held)
        return { ok: true }
      }
    },
    show(held, freed) {
      held.shown = undefined
      if (freed > 0) follow(held, (device) => store.idle(device, freed))
      else beat(held)
    },
    beat(held, nowMs) {
      if (held.shown !== undefined && isOutdated(held.shown, held.session)) held.shown = undefined
      const saysNothing = held.shown !== undefined && held.leaseConfirmed
      if (!saysNothing || nowMs - held.beatAtMs >= leastBetweenBeatsMs) beat(held)
    },
    arrive(held) {
      arriving.add(held)
      const limits = STREAM_LIMITS[held.session.who.plan]
      follow(
        held,
        (device, fence) => store.here(device, fence, limits),
        (answer, fence, sentMs) => settle(held, fence, sentMs, answer),
        (_accountId, list) => events.arrived(held, list),
        () => arriving.delete(held),
      )
    },
    leave(held) {
      follow(held, (device) => store.away(device))
    },
  }
}

function deviceOf(held: HeldSession, nowMs: number): AccountDevice {
  const { who, device } = held.session
  held.shown ??= statusOf(held.session, nowMs)
  return {
    accountId: who.account_id,
    sessionId: who.session_id,
    deviceId: who.device_id,
    kind: who.device_kind,
    ...device,
    shown: JSON.stringify(held.shown),
  }
}
