/** Owns the devices of an account in Redis, and the stream leases they hold: one atomic step each (D5). */

import { readFileSync } from 'node:fs'
import { plainMsgpack } from '../../protocol/plain-msgpack.ts'
import type { DeviceKind } from '../../protocol/vocabulary.ts'
import type { StreamLimits } from '../../session/stream-limits.ts'
import type { Redis } from './client.ts'

/** A session as the other devices of its account see it. */
export interface AccountDevice {
  readonly accountId: string
  readonly sessionId: string
  readonly deviceId: string
  readonly name: string
  readonly kind: DeviceKind
  /** Of a duo or family plan; '' for the holder of the account. */
  readonly member: string
  /** Where it is, for a listener to read; '' when that is not known. */
  readonly place: string
  /** What it does, as the others are to be shown it. */
  readonly shown: string
}

/** A device as the account knows it. `fence` 0: it holds no lease. */
export interface KnownDevice {
  readonly session_id: string
  readonly device_id: string
  readonly gateway_id: string
  readonly name: string
  readonly kind: DeviceKind
  readonly place: string
  readonly fence: number
  /** When its lease was granted, ms since 1970 by the clock of Redis. */
  readonly since_ms: number
}

export interface SeenDevice extends KnownDevice {
  readonly member: string
  readonly lease_until_ms: number
  readonly shown: string
}

/** The devices of an account after a change. */
export interface DeviceList {
  readonly revision: number
  readonly nowMs: number
  readonly devices: readonly SeenDevice[]
}

export interface Step {
  /** Undefined: nothing changed that others would see. */
  readonly list: DeviceList | undefined
}

export type Grant = Step &
  (
    | { readonly result: 'granted' | 'renewed'; readonly fence: number; readonly stopped: readonly KnownDevice[] }
    /** No room: these stand in the way, oldest first. */
    | { readonly result: 'denied'; readonly conflicts: readonly KnownDevice[] }
    /** The device to be stopped no longer holds the lease of that fence, or the caller not the one that it goes on by. */
    | { readonly result: 'stale' }
    /** The device to be stopped is another member's, and in nobody's way. */
    | { readonly result: 'forbidden' }
  )

export type Beat = Step &
  (
    | { readonly result: 'ok' | 'lost' }
    /** `granted`: it had run out and there was room: the fence is a new one. */
    | { readonly result: 'renewed' | 'granted'; readonly fence: number }
  )

export interface LeaseWish extends StreamLimits {
  /** When full, the oldest makes room. */
  readonly takeOver: boolean
  /** The device that the caller wants stopped for this. */
  readonly instead?: { readonly deviceId: string; readonly fence?: number } | undefined
  /** Of the lease that the caller had last: a new one is above it, even if Redis has forgotten. */
  readonly lastFence?: number
  /** Of the lease by which the caller takes itself to play: when that is over it is `stale`, and stops nobody. */
  readonly goesOnBy?: number | undefined
}

export interface AccountStore {
  /** As `beat`, for a device that has just come: it is told of the others in any case. */
  here(device: AccountDevice, fence: number, limits: StreamLimits): Promise<Beat>
  /** It is gone. */
  away(device: AccountDevice): Promise<Step>
  /** A lease for a stream: granted, or denied with what stands in the way. */
  play(device: AccountDevice, wish: LeaseWish): Promise<Grant>
  /**
   * It is still there, as it shows itself, and where it holds the lease of `fence` it still plays. `fence` 0: it holds none.
   * @param knownRevision of the list that the caller has: told anew when there is a later one, as a word between gateways may be lost.
   */
  beat(device: AccountDevice, fence: number, limits: StreamLimits, knownRevision?: number): Promise<Beat>
  /** It plays no more: its lease is free. */
  idle(device: AccountDevice, fence: number): Promise<Step>
}

export interface AccountStoreOptions {
  readonly gatewayId: string
  readonly leaseMs: number
  /** How long a device is shown after its last sign of life. */
  readonly presenceMs: number
}

interface Reply {
  readonly result: string
  readonly now_ms: number
  readonly fence: number
  readonly stopped?: readonly KnownDevice[]
  readonly conflicts?: readonly KnownDevice[]
  readonly revision?: number
  readonly devices?: readonly SeenDevice[]
}

interface Scripts {
  segueAccountStepBuffer(...args: (string | number | Buffer)[]): Promise<Buffer>
}

const LUA = readFileSync(new URL('./account-step.lua', import.meta.url), 'utf8')
/** Of an account, remembered at once. */
export const MOST_DEVICES = 32

const NO_LIMIT = { streams: 0, perMember: 0 }

export function createAccountStore(redis: Redis, options: AccountStoreOptions): AccountStore {
  const { gatewayId, leaseMs, presenceMs } = options
  redis.defineCommand('segueAccountStep', { numberOfKeys: 1, lua: LUA })
  const scripts = redis as unknown as Scripts

  const step = async (
    what: 'here' | 'play' | 'beat' | 'idle' | 'away',
    device: AccountDevice,
    fence: number,
    { streams, perMember, takeOver, instead, goesOnBy }: Omit<LeaseWish, 'takeOver'> & { takeOver?: boolean },
    knownRevision?: number,
  ): Promise<Reply> => {
    const { accountId, sessionId, deviceId, name, kind, member, place, shown } = device
    const known = { device_id: deviceId, gateway_id: gatewayId, name, kind, member, place }
    const answer = await scripts.segueAccountStepBuffer(
      accountKey(accountId),
      what,
      sessionId,
      plainMsgpack.pack(known),
      presenceMs,
      shown,
      leaseMs,
      fence,
      streams,
      perMember,
      takeOver ? '1' : '0',
      instead?.deviceId ?? '',
      instead?.fence ?? 0,
      MOST_DEVICES,
      goesOnBy ?? 0,
      knownRevision ?? '',
    )
    return plainMsgpack.unpack(answer) as Reply
  }

  return {
    away: async (device) => ({ list: listOf(await step('away', device, 0, NO_LIMIT)) }),
    idle: async (device, fence) => ({ list: listOf(await step('idle', device, fence, NO_LIMIT)) }),
    async play(device, wish) {
      const reply = await step('play', device, wish.lastFence ?? 0, wish)
      const list = listOf(reply)
      const { result, fence, conflicts, stopped } = reply
      if (result === 'denied') return { result, list, conflicts: listed(conflicts) }
      if (result === 'stale' || result === 'forbidden') return { result, list }
      return { result: result === 'renewed' ? result : 'granted', list, fence, stopped: listed(stopped) }
    },
    here: async (device, fence, limits) => beatOf(await step('here', device, fence, limits)),
    beat: async (device, fence, limits, knownRevision) =>
      beatOf(await step('beat', device, fence, limits, knownRevision)),
  }
}

function beatOf(reply: Reply): Beat {
  const list = listOf(reply)
  const { result, fence } = reply
  if (result === 'renewed' || result === 'granted') return { result, list, fence }
  return { result: result === 'lost' ? result : 'ok', list }
}

/** One key an account: a script of a cluster touches one slot. */
export function accountKey(accountId: string): string {
  return `segue:account:{${accountId}}`
}

/** An empty Lua table may come as an empty map. */
function listed<T>(list: readonly T[] | undefined): readonly T[] {
  return Array.isArray(list) ? list : []
}

function listOf({ revision, now_ms, devices }: Reply): DeviceList | undefined {
  return revision === undefined ? undefined : { revision, nowMs: now_ms, devices: listed(devices) }
}
