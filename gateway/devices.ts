/** Owns the lists of devices: each account's newest, who is told of it, and which device a request means. */

import type { DeviceList, SeenDevice } from '../infra/redis/account-store.ts'
import type { DeviceStatus, Devices, NamedDevice } from '../protocol/messages/devices.ts'
import type { Session } from '../session/session.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import type { HeldSession } from './held-session.ts'
import { send } from './outbox.ts'

/** The devices of `accountId` are now these: every session of it is told, here and at other gateways. */
export function spread(context: Context, accountId: string, list: DeviceList): void {
  const gateways = new Set(list.devices.map(({ gateway_id }) => gateway_id))
  gateways.add(context.gatewayId)
  for (const gateway of gateways) {
    void context.gateways.tell(gateway, { kind: 'devices', account_id: accountId, list })
  }
}

/** A list arrived: an older one than is known came late, and is passed over. */
export function hearDevices(context: Context, accountId: string, list: DeviceList): void {
  const known = context.deviceLists.get(accountId)
  const listeners = context.byAccount.get(accountId)
  if (listeners === undefined || (known !== undefined && known.revision >= list.revision)) return
  context.deviceLists.set(accountId, asKept(context, list))
  for (const connection of listeners) tellDevices(context, connection, list)
}

/**
 * A text of what was unpacked is a slice of it all, and would keep it in memory for as long as the list is the newest;
 * what a session that is here says of itself is there already.
 */
function asKept({ gatewayId, bySession }: Context, list: DeviceList): DeviceList {
  const devices = list.devices.map((device): SeenDevice => {
    const here = bySession.get(device.session_id)
    const session = here?.state.at === 'ready' ? here.state.held.session : undefined
    return {
      session_id: session?.who.session_id ?? copied(device.session_id),
      device_id: session?.who.device_id ?? copied(device.device_id),
      gateway_id: device.gateway_id === gatewayId ? gatewayId : copied(device.gateway_id),
      name: session?.device.name === device.name ? session.device.name : copied(device.name),
      kind: session?.who.device_kind ?? device.kind,
      member: session?.device.member ?? copied(device.member),
      place: session?.device.place === device.place ? session.device.place : copied(device.place),
      fence: device.fence,
      since_ms: device.since_ms,
      lease_until_ms: device.lease_until_ms,
      shown: copied(device.shown),
    }
  })
  return { ...list, devices }
}

const copied = (text: string): string => Buffer.from(text).toString()

/** A session has come here: it is told, and the others are when that has changed anything. */
export function greetWithDevices(context: Context, held: HeldSession, list: DeviceList): void {
  const { session_id, account_id } = held.session.who
  const known = context.deviceLists.get(account_id)
  if (known === undefined || known.revision < list.revision) {
    spread(context, account_id, list)
    return
  }
  const connection = context.bySession.get(session_id)
  if (connection !== undefined) tellDevices(context, connection, known)
}

function tellDevices(context: Context, connection: Connection, list: DeviceList): void {
  if (connection.state.at === 'ready') send(context, connection, listFor(connection.state.held.session, list))
}

/** The device of `deviceId` as the account knows it now: what it does there stands for it, if it has several sessions. */
export function findDevice(context: Context, session: Session, deviceId: string): SeenDevice | undefined {
  const list = context.deviceLists.get(session.who.account_id)
  return list === undefined ? undefined : eachOnce(list).find(({ device_id }) => device_id === deviceId)
}

/** The device that was granted a stream since this session was, as far as the newest list tells: which one took it over. */
export function takenOverBy(context: Context, { who, lastFence }: Session): NamedDevice | undefined {
  const list = context.deviceLists.get(who.account_id)
  let by: SeenDevice | undefined
  for (const device of list?.devices ?? []) {
    const isLater = device.fence > Math.max(lastFence, by?.fence ?? 0) && device.session_id !== who.session_id
    if (isLater) by = device
  }
  return by === undefined ? undefined : { device_id: by.device_id, name: by.name, kind: by.kind }
}

/** The device is where its socket comes from, or else where its token says that the account is. */
export function placeDevice(held: HeldSession, { network }: Connection): void {
  const { session } = held
  held.network = network
  session.device = { ...session.device, place: network?.place() || session.who.country }
}

export function nameOf(session: Session): NamedDevice {
  const { device_id, device_kind } = session.who
  return { device_id, name: session.device.name, kind: device_kind }
}

function listFor(session: Session, list: DeviceList): Devices {
  const devices = eachOnce(list).map((device) => ({
    device_id: device.device_id,
    name: device.name,
    kind: device.kind,
    ...statusNow(device, list.nowMs),
    ...(device.place === '' ? {} : { place: device.place }),
    fence: device.fence,
    yours: device.member === session.device.member,
    you: device.device_id === session.who.device_id,
  }))
  return { type: 'devices', revision: list.revision, devices }
}

/** What the device showed last, unless it fell silent since: without a lease nothing plays, whatever it said. */
function statusNow({ shown, fence, lease_until_ms }: SeenDevice, nowMs: number): DeviceStatus {
  const said = JSON.parse(shown) as DeviceStatus
  if (said.status !== 'playing' || lease_until_ms > nowMs) return said
  if (fence > 0) return { ...said, status: 'paused' }
  const { track: _track, stream_id: _ended, ...rest } = said
  return { ...rest, status: 'stopped', position_ms: 0 }
}

/** A device that signed in anew, or in two tabs, is there twice: the one that plays, or was granted last, or came last. */
function eachOnce({ devices, nowMs }: DeviceList): SeenDevice[] {
  const byId = new Map<string, SeenDevice>()
  for (const device of devices) {
    const other = byId.get(device.device_id)
    if (other === undefined || outweighs(device, other, nowMs)) byId.set(device.device_id, device)
  }
  return [...byId.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function outweighs(a: SeenDevice, b: SeenDevice, nowMs: number): boolean {
  const [plays, otherPlays] = [a.lease_until_ms > nowMs, b.lease_until_ms > nowMs]
  if (plays !== otherPlays) return plays
  if (a.fence !== b.fence) return a.fence > b.fence
  // A session id is a UUIDv7: the later one is the larger one.
  return a.session_id > b.session_id
}
