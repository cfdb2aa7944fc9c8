/** Owns what the list of devices says: where a playhead is by now, and which device the listener hears. Pure. */

import type { Devices } from '../../../protocol/client/index.ts'
import type { Phase } from './player-state.ts'

export type SeenDevice = Devices['devices'][number]

/** The player of this page: what it does, and the newest fence by which it ever played. */
export interface Own {
  readonly phase: Phase
  readonly fence: number
}

/** Where the playhead of `device` is at `nowMs` on the clock of the gateway. */
export function playheadMs(device: SeenDevice, nowMs: number): number {
  const movedMs = device.status === 'playing' ? Math.max(0, nowMs - device.at_ms) : 0
  return Math.min(device.position_ms + movedMs, device.track?.duration_ms ?? Number.POSITIVE_INFINITY)
}

/** The device that the listener hears instead of this page: one that plays, else the last that was paused. */
export function elsewhere(devices: readonly SeenDevice[], own: Own): SeenDevice | undefined {
  if (own.phase !== 'idle' && own.phase !== 'paused') return undefined
  const others = devices.filter((device) => device.yours && (!device.you || isOtherTab(device, own)))
  const playing = others.find(({ status }) => status === 'playing')
  if (playing !== undefined || own.phase === 'paused') return playing
  return others.filter(({ status }) => status === 'paused').sort((a, b) => b.at_ms - a.at_ms)[0]
}

/** Two tabs are one device with two players: what was granted since is the other's. */
export function isOtherTab(device: SeenDevice, own: Own): boolean {
  return device.you && device.status !== 'stopped' && device.fence > own.fence
}

/** What a listener calls it; `you`: seen from another tab of the same browser. */
export function calledOf(device: { readonly name: string }, you: boolean): string {
  return you ? 'another tab' : device.name
}
