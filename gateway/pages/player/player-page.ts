/** Owns the player page of someone who is signed in: the connection, and the parts of the page joined together. */

import { connect, indexedDbEventStore, SignedOut } from '../../../protocol/client/index.ts'
import { element } from '../element.ts'
import type { PageConfig } from '../gateway-api.ts'
import { type Account, type SignIn, SignInEnded } from '../sign-in.ts'
import { signOutOf, topBar } from '../top-bar.ts'
import { adStrip } from './ad-strip.ts'
import { createAudioOutput } from './audio-output.ts'
import type { Catalog } from './catalog.ts'
import { catalogView } from './catalog-view.ts'
import { heedCommands } from './commanded.ts'
import { conflictDialog } from './conflict-dialog.ts'
import { deviceId, keep, kept, ownName } from './device.ts'
import { devicesPanel } from './devices-panel.ts'
import { elsewhereStrip } from './elsewhere-strip.ts'
import { listenForKeys, tellSystem } from './media-keys.ts'
import { noticeBar } from './notice-bar.ts'
import { notices } from './notices.ts'
import { createOwnVolume } from './own-volume.ts'
import { mark } from './page-marks.ts'
import { createPlayer } from './player.ts'
import { bitrateOf, playerBar } from './player-bar.ts'
import { playerErrorText } from './player-error.ts'
import { spectrum } from './spectrum.ts'
import { createStage } from './stage.ts'
import { statusPanel } from './status-panel.ts'
import { tellOf } from './tell-of.ts'
import { upNextView } from './up-next-view.ts'

const REFRESH_MS = 200
const isSignedOut = (reason = '') => reason === 'token_revoked' || reason.startsWith('no access token')
/** A playlist cannot be opened here. */
const SOUGHT = ['track', 'artist', 'album'] as const
const MOST_SHOWN = 30

export function showPlayer(config: PageConfig, signIn: SignIn, account: Account, catalog: Catalog): void {
  const output = createAudioOutput()
  const told = notices()
  const url = new URL(config.ws_path, location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const ownId = deviceId()
  const client = connect({
    url: url.href,
    token: (fresh) =>
      signIn.token(fresh).catch((error: unknown) => {
        throw error instanceof SignInEnded ? new SignedOut(error.message, { cause: error }) : error
      }),
    store: indexedDbEventStore(),
    device: { id: ownId, name: ownName(), kind: 'web' },
    position: () => {
      const { track, ad, positionMs, bufferMs } = player.state
      return (track ?? ad) === undefined ? undefined : { position_ms: positionMs, buffer_ms: bufferMs }
    },
    volume: () => volume.share * 100,
  })
  const volume = createOwnVolume(output, () => client.show())
  const troubled = (error: unknown) => {
    console.warn(error)
    told.say(playerErrorText(error))
  }
  const run = (act: Promise<void>) => void act.catch(troubled)
  const conflicts = conflictDialog(() => client.serverNowMs())
  const changed = () => refresh()
  const bitrate = bitrateOf(kept('bitrate'))
  const player = createPlayer({ client, output, bitrate, choose: conflicts.choose, changed, troubled })
  const stage = createStage({ client, player, volume, catalog, ownId, wake: output.wake, changed, troubled })
  const { controls } = stage

  const pick = (trackId: string) => run(player.play(trackId))
  const shelves = catalogView({
    catalog,
    pick,
    search: (query) => client.search({ query, kinds: [...SOUGHT], limit: MOST_SHOWN }),
  })
  const queue = upNextView(pick, (trackId) => run(client.dismiss(trackId)))
  const status = statusPanel(client)
  const devices = devicesPanel((to) => run(stage.moveTo(to)))
  const strip = elsewhereStrip({ playHere: () => run(stage.playHere()), openDevices: devices.toggle })
  const ads = adStrip({ clicked: () => client.adClicked(), skip: () => run(controls.next()) })
  const bar = playerBar(
    {
      toggle: () => run(controls.toggle()),
      next: () => run(controls.next()),
      previous: () => run(controls.previous()),
      seek: (positionMs) => run(controls.seek(positionMs)),
      setBitrate: (chosen) => {
        keep('bitrate', chosen)
        player.setBitrate(chosen)
      },
      setVolume: (share) => controls.setVolume(share),
    },
    {
      above: [devices.element, ads.element, ads.said, strip.element, strip.said],
      beside: [spectrum(output), devices.button],
    },
  )
  document.body.replaceChildren(
    topBar(account, signOutOf(signIn)),
    noticeBar(client),
    element(
      'div',
      { class: 'rooms' },
      shelves.element,
      element('aside', { class: 'rail' }, queue.element, status.element),
    ),
    told.element,
    bar.element,
    conflicts.element,
  )
  tellOf(client, ownId, told.say, strip.say)
  client.on('state', ({ state, reason }) => {
    // Leaving the page ends what plays.
    if (state === 'failed' && isSignedOut(reason)) signIn.lost()
  })
  heedCommands(client, player, volume, run)
  listenForKeys(controls, stage.shown, run)

  const refresh = () => {
    const { state } = player
    const shown = stage.shown()
    const { track } = shown
    bar.update(shown, state.bitrate)
    ads.update(shown)
    strip.update(shown)
    devices.update({ ...stage, nowMs: client.serverNowMs(), activeName: shown.elsewhere?.called })
    shelves.setCurrent(track?.track_id, shown.phase === 'playing')
    queue.update(state.upNext, shown.elsewhere?.called)
    status.update(state)
    tellSystem(player)
    document.title = track === undefined ? 'Segue' : `${track.title} by ${track.artist}`
    const { ackedEvents } = status
    mark({ state, shown, connection: client.state, signalRms: output.signalRms(), ackedEvents })
  }
  refresh()
  setInterval(refresh, REFRESH_MS)
}
