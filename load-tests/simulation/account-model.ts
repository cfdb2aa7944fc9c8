/** Owns a model of the store of accounts: the semantics of account-step.lua, in memory and in whatever time it is given. */

import {
  type AccountDevice,
  type AccountStore,
  type AccountStoreOptions,
  type Beat,
  type DeviceList,
  type KnownDevice,
  type LeaseWish,
  MOST_DEVICES,
} from '../../infra/redis/account-store.ts'
import type { StreamLimits } from '../../session/stream-limits.ts'
import type { AccountWitness, LeaseStep } from './lease-watch.ts'

interface Device extends Omit<AccountDevice, 'accountId'> {
  readonly gatewayId: string
  fence: number
  leaseUntilMs: number
  sinceMs: number
  seenUntilMs: number
}

interface Account {
  fence: number
  revision: number
  readonly devices: Map<string, Device>
}

/** Of lists of devices: whoever has none, or asks for none. */
const NONE_KNOWN = -1
const ALL_KNOWN = Number.POSITIVE_INFINITY

export class AccountModel {
  readonly #accounts = new Map<string, Account>()
  readonly #now: () => number
  witness: AccountWitness | undefined

  constructor(now: () => number) {
    this.#now = now
  }

  /** The fence of a grant, after `last`. */
  fenceAfter(last: number, held: number, nowMs: number): number {
    return Math.max(last + 1, held + 1, nowMs)
  }

  /** Whether a transfer that names `fence` is of the lease that the device has. */
  isNamed(device: { readonly fence: number }, fence: number): boolean {
    return device.fence === fence
  }

  /** Whether going on by the fence `held` is asked for by a device that was stopped since. */
  isStopped(account: { readonly fence: number }, device: { readonly fence: number }, held: number): boolean {
    return account.fence > held && device.fence !== held
  }

  forget(accountId: string): void {
    this.#accounts.delete(accountId)
  }

  store(options: AccountStoreOptions): AccountStore {
    return {
      here: async (device, fence, limits) => this.#beat(device, fence, limits, options, NONE_KNOWN),
      beat: async (device, fence, limits, known = ALL_KNOWN) => this.#beat(device, fence, limits, options, known),
      away: async (device) => {
        const step = this.#begin(device.accountId)
        if (step.account.devices.delete(device.sessionId)) step.changed = true
        return { list: this.#listOf(step, ALL_KNOWN) }
      },
      idle: async (device, fence) => {
        const step = this.#begin(device.accountId)
        const me = this.#arrive(step, device, options)
        if (me.fence === fence && me.leaseUntilMs > step.nowMs) {
          this.witness?.freed(device.accountId, device.sessionId, me.fence, fence)
          me.leaseUntilMs = 0
          step.changed = true
        }
        return { list: this.#listOf(step, ALL_KNOWN) }
      },
      play: async (device, wish) => {
        const step = this.#begin(device.accountId)
        const me = this.#arrive(step, device, options)
        if (me.leaseUntilMs > step.nowMs && wish.instead?.fence === undefined) {
          me.leaseUntilMs = step.nowMs + options.leaseMs
          this.#tell(step, device, { result: 'renewed', fence: me.fence, by: 'play', named: 0, stopped: [] })
          return { result: 'renewed', fence: me.fence, stopped: [], list: this.#listOf(step, ALL_KNOWN) }
        }
        const { goesOnBy = 0, lastFence = 0 } = wish
        const answer =
          goesOnBy > 0
            ? goOn(this, step, device.sessionId, me, wish, options.leaseMs, goesOnBy)
            : admit(this, step, device.sessionId, me, wish, options.leaseMs, lastFence)
        if (answer.result === 'granted') {
          const { fence = 0 } = wish.instead ?? {}
          const by = goesOnBy > 0 ? 'going-on' : fence > 0 ? 'transfer' : 'play'
          const named = goesOnBy > 0 ? goesOnBy : fence
          this.#tell(step, device, { result: 'granted', fence: me.fence, by, named, stopped: answer.stopped })
        }
        const list = this.#listOf(step, ALL_KNOWN)
        if (answer.result !== 'granted') return { ...answer, list }
        return { ...answer, fence: me.fence, list }
      },
    }
  }

  #begin(accountId: string): Step {
    // Whole, as the script has it: a fence is part of records.
    const nowMs = Math.floor(this.#now())
    let account = this.#accounts.get(accountId)
    if (account === undefined) {
      account = { fence: 0, revision: 0, devices: new Map() }
      this.#accounts.set(accountId, account)
    }
    let changed = false
    for (const [id, { seenUntilMs, leaseUntilMs }] of account.devices) {
      if (seenUntilMs > nowMs || leaseUntilMs > nowMs) continue
      account.devices.delete(id)
      changed = true
    }
    return { account, nowMs, changed }
  }

  #arrive(step: Step, { accountId: _key, ...device }: AccountDevice, options: AccountStoreOptions): Device {
    const { gatewayId, presenceMs } = options
    const before = step.account.devices.get(device.sessionId)
    const { fence = 0, leaseUntilMs = 0, sinceMs = 0 } = before ?? {}
    if (before?.gatewayId !== gatewayId || before.shown !== device.shown) step.changed = true
    else if (before.name !== device.name || before.place !== device.place) step.changed = true
    const me = { ...device, gatewayId, fence, leaseUntilMs, sinceMs, seenUntilMs: step.nowMs + presenceMs }
    step.account.devices.set(device.sessionId, me)
    makeRoom(step, device.sessionId)
    return me
  }

  #beat(device: AccountDevice, held: number, limits: StreamLimits, options: AccountStoreOptions, known: number): Beat {
    const step = this.#begin(device.accountId)
    const me = this.#arrive(step, device, options)
    const done = (result: 'ok' | 'lost'): Beat => ({ result, list: this.#listOf(step, known) })
    if (held === 0) return done('ok')
    if (me.fence === held && me.leaseUntilMs > step.nowMs) {
      me.leaseUntilMs = step.nowMs + options.leaseMs
      this.#tell(step, device, { result: 'renewed', fence: held, by: 'going-on', named: held, stopped: [] })
      return { result: 'renewed', fence: held, list: this.#listOf(step, known) }
    }
    const { result } = goOn(this, step, device.sessionId, me, limits, options.leaseMs, held)
    if (result !== 'granted') return done('lost')
    this.#tell(step, device, { result, fence: me.fence, by: 'going-on', named: held, stopped: [] })
    return { result, fence: me.fence, list: this.#listOf(step, known) }
  }

  #tell(
    { account, nowMs }: Step,
    { accountId, sessionId }: AccountDevice,
    what: Omit<LeaseStep, 'accountId' | 'sessionId' | 'members'>,
  ): void {
    if (this.witness === undefined) return
    const members: string[] = []
    for (const { leaseUntilMs, member } of account.devices.values()) if (leaseUntilMs > nowMs) members.push(member)
    this.witness.stepped({ ...what, accountId, sessionId, members })
  }

  #listOf({ account, nowMs, changed }: Step, knownRevision: number): DeviceList | undefined {
    if (changed) account.revision = Math.max(account.revision + 1, nowMs)
    if (!changed && knownRevision >= account.revision) return undefined
    const devices = [...account.devices].map(([id, device]) => ({
      ...known(id, device),
      member: device.member,
      lease_until_ms: device.leaseUntilMs,
      shown: device.shown,
    }))
    return { revision: account.revision, nowMs, devices }
  }
}

interface Step {
  readonly account: Account
  readonly nowMs: number
  changed: boolean
}

function makeRoom(step: Step, sessionId: string): void {
  const { devices } = step.account
  if (devices.size <= MOST_DEVICES) return
  const idle = [...devices].filter(([id, { leaseUntilMs }]) => id !== sessionId && leaseUntilMs <= step.nowMs)
  const [oldest] = idle.sort(([, a], [, b]) => a.seenUntilMs - b.seenUntilMs)
  if (oldest === undefined) return
  devices.delete(oldest[0])
  step.changed = true
}

type Admitted =
  | { readonly result: 'granted'; readonly stopped: readonly KnownDevice[] }
  | { readonly result: 'denied'; readonly conflicts: readonly KnownDevice[] }
  | { readonly result: 'stale' | 'forbidden' }

/** By a lease that it took itself to hold until now. */
function goOn(
  model: AccountModel,
  step: Step,
  sessionId: string,
  me: Device,
  limits: StreamLimits,
  leaseMs: number,
  fence: number,
): Admitted {
  if (model.isStopped(step.account, me, fence)) return { result: 'stale' }
  const { streams, perMember } = limits
  const answer = admit(model, step, sessionId, me, { streams, perMember, takeOver: false }, leaseMs, fence)
  return answer.result === 'denied' ? { result: 'stale' } : answer
}

function admit(
  model: AccountModel,
  step: Step,
  sessionId: string,
  me: Device,
  wish: LeaseWish,
  leaseMs: number,
  held = 0,
): Admitted {
  const { account, nowMs } = step
  const others = [...account.devices].filter(([id]) => id !== sessionId)
  const isLive = ({ leaseUntilMs }: Device) => leaseUntilMs > nowMs
  const { deviceId: victim, fence: victimFence } = wish.instead ?? {}
  const inTheWay = (live: typeof others) => {
    const ofMember = live.filter(([, { member }]) => member === me.member)
    const found = ofMember.length >= wish.perMember ? ofMember : live.length >= wish.streams ? live : []
    return found.sort(([, a], [, b]) => a.fence - b.fence)
  }
  const way = inTheWay(others.filter(([, device]) => isLive(device)))
  const named = others.filter(([, { deviceId }]) => deviceId === victim)
  if (named.some((one) => one[1].member !== me.member && !way.includes(one))) return { result: 'forbidden' }
  const isVictim = (device: Device) =>
    device.deviceId === victim && (victimFence === undefined ? isLive(device) : model.isNamed(device, victimFence))
  const stopped = others.filter(([, device]) => isVictim(device) || (isLive(device) && device.deviceId === me.deviceId))
  if (victimFence !== undefined && !stopped.some(([, { deviceId }]) => deviceId === victim)) return { result: 'stale' }
  for (;;) {
    const [oldest, ...more] = inTheWay(others.filter((one) => isLive(one[1]) && !stopped.includes(one)))
    if (oldest === undefined) break
    if (!wish.takeOver) return { result: 'denied', conflicts: [oldest, ...more].map((one) => known(...one)) }
    stopped.push(oldest)
  }
  const list = stopped.map((one) => known(...one))
  for (const [, device] of stopped) [device.leaseUntilMs, device.fence] = [0, 0]
  account.fence = model.fenceAfter(account.fence, held, nowMs)
  ;[me.fence, me.sinceMs, me.leaseUntilMs] = [account.fence, nowMs, nowMs + leaseMs]
  step.changed = true
  return { result: 'granted', stopped: list }
}

function known(sessionId: string, device: Device): KnownDevice {
  const { deviceId, gatewayId, name, kind, place, sinceMs, fence } = device
  return {
    session_id: sessionId,
    device_id: deviceId,
    gateway_id: gatewayId,
    name,
    kind,
    place,
    since_ms: sinceMs,
    fence,
  }
}
