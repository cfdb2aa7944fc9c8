/** Owns which events are of one network, and which of them can be compared at all. */

import { isIpv6, networkOfAddress } from '../../../protocol/address-key.ts'
import type { PlayEvent } from './play-event.ts'

const AFTER_EPOCH = '#'

/** What stands for the network of an event. Of a hash, its epoch first. */
export function networkKey({ ip, hashed }: Pick<PlayEvent, 'ip' | 'hashed'>): string {
  return hashed === undefined ? networkOfAddress(ip) : `${hashed.epoch}${AFTER_EPOCH}${ip}`
}

export function isFamily6({ ip, hashed }: Pick<PlayEvent, 'ip' | 'hashed'>): boolean {
  return hashed === undefined ? isIpv6(ip) : hashed.family === 6
}

/** Whether it would be seen that two keys are of one network. */
export function areComparable(a: string, b: string): boolean {
  return epochOf(a) === epochOf(b)
}

export function isHash(key: string): boolean {
  return key.includes(AFTER_EPOCH)
}

/** '' of an address in the clear. */
function epochOf(key: string): string {
  return key.slice(0, key.indexOf(AFTER_EPOCH) + 1)
}
