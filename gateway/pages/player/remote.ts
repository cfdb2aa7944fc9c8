/** Owns the control of another device: what it is asked, and how it is shown until it says what it did. */

import type { Client } from '../../../protocol/client/index.ts'
import type { Controls } from './controls.ts'
import { playheadMs, type SeenDevice } from './device-list.ts'
import { paced } from './paced.ts'

/** A device that was asked and says nothing new for so long did not do it. */
const BELIEVED_MS = 3_000
const VOLUME_EVERY_MS = 250

export interface Remote {
  /** The device as it will be once it has done what it was asked. */
  asAsked(device: SeenDevice): SeenDevice
  controls(device: SeenDevice): Controls
}

type Wish = Parameters<Client['command']>[1]
type Changes = Partial<Pick<SeenDevice, 'status' | 'position_ms' | 'at_ms' | 'volume_percent'>>

export function createRemote(client: Client, troubled: (error: unknown) => void): Remote {
  let asked: { readonly of: SeenDevice; readonly untilMs: number; readonly changes: Changes } | undefined

  const asAsked = (device: SeenDevice): SeenDevice => {
    if (asked === undefined || Date.now() > asked.untilMs || !isSame(asked.of, device)) return device
    return { ...device, ...asked.changes }
  }
  const ask = async (device: SeenDevice, wish: Wish, changes: Changes): Promise<void> => {
    asked = { of: device, untilMs: Date.now() + BELIEVED_MS, changes: { ...changesOf(device), ...changes } }
    try {
      await client.command(device.device_id, { fence: device.fence, ...wish })
    } catch (error) {
      asked = undefined
      throw error
    }
  }
  const changesOf = (device: SeenDevice): Changes =>
    asked !== undefined && isSame(asked.of, device) ? asked.changes : {}

  const louder = paced<{ device: SeenDevice; volume_percent: number }>(
    VOLUME_EVERY_MS,
    ({ device, volume_percent }) => {
      // How loud is no matter of the stream: no fence.
      client.command(device.device_id, { action: 'volume', volume_percent }).catch(troubled)
    },
  )

  return {
    asAsked,
    controls(device) {
      const nowMs = () => Math.round(client.serverNowMs())
      const seek = (positionMs: number) => {
        const position_ms = Math.round(Math.min(Math.max(0, positionMs), device.track?.duration_ms ?? positionMs))
        return ask(device, { action: 'seek', ...streamOf(device), position_ms }, { position_ms, at_ms: nowMs() })
      }
      return {
        toggle() {
          const shown = asAsked(device)
          const here = { position_ms: playheadMs(shown, nowMs()), at_ms: nowMs() }
          return shown.status === 'playing'
            ? ask(device, { action: 'pause' }, { ...here, status: 'paused' })
            : ask(device, { action: 'play' }, { ...here, status: 'playing' })
        },
        seek,
        next: () => ask(device, { action: 'next', ...streamOf(device) }, {}),
        previous: () => seek(0),
        setVolume(share) {
          const volume_percent = Math.round(share * 100)
          const untilMs = Date.now() + BELIEVED_MS
          asked = { of: device, untilMs, changes: { ...changesOf(device), volume_percent } }
          louder({ device, volume_percent })
        },
      }
    },
  }
}

/** What is asked of a stream is not done to another one that plays there by then. */
const streamOf = ({ stream_id }: SeenDevice): Pick<Wish, 'stream_id'> => (stream_id === undefined ? {} : { stream_id })

/** Whether the device has said nothing new of itself. */
function isSame(before: SeenDevice, now: SeenDevice): boolean {
  return (
    before.device_id === now.device_id &&
    before.status === now.status &&
    before.at_ms === now.at_ms &&
    before.position_ms === now.position_ms &&
    before.volume_percent === now.volume_percent &&
    before.track?.track_id === now.track?.track_id
  )
}
