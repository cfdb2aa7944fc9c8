/** Owns what the page speaks of and acts on: its own player, or the device that the listener hears instead. */

import type { AdInfo, Client, NamedDevice, Playback } from '../../../protocol/client/index.ts'
import { albumOf, type Catalog } from './catalog.ts'
import type { Controls } from './controls.ts'
import { calledOf, elsewhere, isOtherTab, type Own, playheadMs, type SeenDevice } from './device-list.ts'
import type { OwnVolume } from './own-volume.ts'
import type { Player } from './player.ts'
import type { Phase } from './player-state.ts'
import { createRemote } from './remote.ts'
import { maySkip, shownAd } from './what-plays.ts'

/** What is shown of a track: of one on another device, what its list and the catalog say. */
export interface ShownTrack {
  readonly track_id: string
  readonly title: string
  readonly artist: string
  readonly duration_ms: number
  readonly album?: string
  readonly album_id?: string
}

export interface Shown {
  readonly phase: Phase
  /** Of an advertisement: whose it is. */
  readonly track: ShownTrack | undefined
  /** What plays here in the place of a track. */
  readonly ad: AdInfo | undefined
  readonly positionMs: number
  readonly canGoOn: boolean
  /** From 0 to 1; undefined when a device does not say. */
  readonly volume: number | undefined
  /** The device that the listener hears instead of this page, and what it is called here. */
  readonly elsewhere: { readonly device: SeenDevice; readonly called: string } | undefined
  /** Who has stopped this page, as long as nothing else plays here or is shown. */
  readonly stoppedBy: string | undefined
}

export interface Stage {
  shown(): Shown
  /** On what is shown. */
  readonly controls: Controls
  readonly own: Own
  readonly devices: readonly SeenDevice[]
  /** Whether `device` is where the music is. */
  isActive(device: SeenDevice): boolean
  canMoveTo(device: SeenDevice): boolean
  /** What plays, or is paused, goes on there. */
  moveTo(deviceId: string): Promise<void>
  playHere(): Promise<void>
}

export interface StageParts {
  readonly client: Client
  readonly player: Player
  readonly volume: OwnVolume
  readonly catalog: Catalog
  readonly ownId: string
  /** To be called from a click that will bring sound later. */
  readonly wake: () => void
  readonly changed: () => void
  readonly troubled: (error: unknown) => void
}

export function createStage(parts: StageParts): Stage {
  const { client, player, volume, catalog, ownId, wake, changed, troubled } = parts
  const remote = createRemote(client, troubled)
  let devices: readonly SeenDevice[] = []
  let ownFence = 0
  let evicted: Playback | undefined

  client.on('devices', (message) => {
    devices = message.devices
    changed()
  })
  client.on('playback', (message) => {
    ownFence = Math.max(ownFence, message.fence ?? 0)
    evicted = message.reason === 'evicted' ? message : undefined
    changed()
  })

  const own = (): Own => ({ phase: player.state.phase, fence: ownFence })
  const other = () => elsewhere(devices, own())
  const calledBy = (by: NamedDevice | undefined) =>
    by === undefined ? 'another device' : calledOf(by, by.device_id === ownId)
  const ownControls: Controls = {
    toggle: () => player.toggle(),
    seek: (positionMs) => player.seek(positionMs),
    next: () => player.next(),
    previous: () => player.previous(),
    setVolume: (share) => volume.set(share),
  }
  const controls = () => {
    const device = other()
    return device === undefined ? ownControls : remote.controls(device)
  }
  const source = (): { device_id: string; fence: number } | undefined => {
    const device = other()
    if (device !== undefined) return device
    const fence = client.playback?.fence
    return player.state.track === undefined || fence === undefined ? undefined : { device_id: ownId, fence }
  }

  const shownOf = (device: SeenDevice): Shown => {
    const { track, status, volume_percent } = device
    return {
      phase: status === 'playing' ? 'playing' : 'paused',
      track: track && { ...track, ...albumOf(catalog, track.track_id) },
      ad: undefined,
      positionMs: playheadMs(device, client.serverNowMs()),
      canGoOn: true,
      volume: volume_percent === undefined ? undefined : volume_percent / 100,
      elsewhere: { device, called: calledOf(device, device.you) },
      stoppedBy: undefined,
    }
  }

  const stage: Stage = {
    shown() {
      const device = other()
      if (device !== undefined) return shownOf(remote.asAsked(device))
      const { phase, track, ad, positionMs, upNext } = player.state
      return {
        phase,
        track: ad === undefined ? track : shownAd(ad),
        ad,
        positionMs,
        canGoOn: ad === undefined ? upNext.length > 0 : maySkip(ad, positionMs),
        volume: volume.share,
        elsewhere: undefined,
        stoppedBy: evicted === undefined || phase !== 'idle' ? undefined : calledBy(evicted.by),
      }
    },
    controls: {
      toggle: () => controls().toggle(),
      seek: (positionMs) => controls().seek(positionMs),
      next: () => controls().next(),
      previous: () => controls().previous(),
      setVolume: (share) => controls().setVolume(share),
    },
    get own() {
      return own()
    },
    get devices() {
      return devices
    },
    isActive(device) {
      const heard = other()
      if (heard !== undefined) return heard.device_id === device.device_id
      return device.you && player.state.track !== undefined
    },
    canMoveTo: (device) =>
      device.yours && source() !== undefined && (!stage.isActive(device) || isOtherTab(device, own())),
    async moveTo(deviceId) {
      const from = source()
      if (from === undefined) return
      // So that it goes on from where it is heard, not from where the last heartbeat was.
      if (other() === undefined) client.show()
      else if (deviceId === ownId) wake()
      await client.transfer(from, deviceId)
    },
    async playHere() {
      wake()
      if (other() !== undefined) await stage.moveTo(ownId)
      // Whoever plays is no device of this member: nothing can be moved from there.
      else if (evicted?.track !== undefined) {
        await player.play(evicted.track.track_id, { reason: 'pick', positionMs: evicted.position_ms })
      }
    },
  }
  return stage
}
