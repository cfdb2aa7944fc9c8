/** Owns what the detector is told: one event of one device of an account, and whence it came. */

import type { DeviceKind, Plan } from '../../../protocol/vocabulary.ts'

export const PLAY_EVENTS = ['play_start', 'heartbeat', 'play_end'] as const
export type PlayEventKind = (typeof PLAY_EVENTS)[number]

export interface PlayEvent {
  readonly atMs: number
  readonly account: string
  readonly plan: Plan
  readonly device: string
  readonly kind: DeviceKind
  /** An IP address, or what stands for its network: a hash, or anything else. Only whether two are equal is looked at. */
  readonly ip: string
  /** Of a hash: the family of its address, and the epoch of the key; of two epochs nothing can be said. */
  readonly hashed?: { readonly family: 4 | 6; readonly epoch: number }
  /** Undefined: not known. */
  readonly asn: number | undefined
  readonly country: string
  /** Where the address is said to be. Undefined: not known. */
  readonly place: Place | undefined
  readonly event: PlayEventKind
}

/** A play without a connection, told of later: when it was is known, and not where. */
export interface OfflinePlay extends Pick<PlayEvent, 'atMs' | 'account' | 'plan' | 'device' | 'kind'> {
  readonly event: 'offline_play'
}

export interface Place {
  readonly lat: number
  readonly lon: number
}
