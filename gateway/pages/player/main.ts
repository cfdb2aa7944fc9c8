/** Owns the start of the player page: who is signed in, the connection, and the parts of the page joined together. */

import { connect, indexedDbEventStore, SignedOut } from '../../../protocol/client/index.ts'
import { element } from '../element.ts'
import { getJson, type PageConfig, pageConfig } from '../gateway-api.ts'
import { type Account, openSignIn, type SignIn, SignInEnded } from '../sign-in.ts'
import { brokenPage, signOutOf, topBar, welcome } from '../top-bar.ts'
import { createAudioOutput } from './audio-output.ts'
import type { Catalog } from './catalog.ts'
import { catalogView } from './catalog-view.ts'
import { deviceId, deviceName, keep, kept } from './device.ts'
import { listenForKeys, tellSystem } from './media-keys.ts'
import { notices } from './notices.ts'
import { createPlayer, type Player } from './player.ts'
import { bitrateOf, playerBar } from './player-bar.ts'
import { playerErrorText } from './player-error.ts'
import { spectrum } from './spectrum.ts'
import { statusPanel } from './status-panel.ts'
import { upNextView } from './up-next-view.ts'

const REFRESH_MS = 200
/** Refusals of a message that crossed with a change of stream: nothing that a listener could act on. */
const CROSSED = new Set(['no_stream', 'wrong_stream'])

const marks = document.documentElement.dataset

async function start(): Promise<void> {
  const config = await pageConfig()
  const signIn = await openSignIn(config)
  const { account } = signIn
  if (account === undefined) {
    marks.state = 'signed-out'
    const begin = () => void signIn.begin().catch(broken)
    document.body.replaceChildren(welcome('Music that keeps going, from one track into the next.', 'Sign in', begin))
    return
  }
  const catalog = await getJson<Catalog>('/api/catalog', await signIn.token())
  build(config, signIn, account, catalog)
}

function build(config: PageConfig, signIn: SignIn, account: Account, catalog: Catalog): void {
  const output = createAudioOutput()
  const told = notices()
  const volume = Number(kept('volume') ?? 0.8)
  output.setVolume(volume)

  const url = new URL(config.ws_path, location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const client = connect({
    url: url.href,
    token: (fresh) =>
      signIn.token(fresh).catch((error: unknown) => {
        throw error instanceof SignInEnded ? new SignedOut(error.message, { cause: error }) : error
      }),
    store: indexedDbEventStore(),
    device: { id: deviceId(), name: deviceName(navigator.userAgent), kind: 'web' },
    position: () => {
      const { track, positionMs, bufferMs } = player.state
      return track === undefined ? undefined : { position_ms: positionMs, buffer_ms: bufferMs }
    },
  })
  const troubled = (error: unknown) => {
    console.warn(error)
    told.say(playerErrorText(error))
  }
  const run = (act: Promise<void>) => void act.catch(troubled)
  const player: Player = createPlayer({
    client,
    output,
    bitrate: bitrateOf(kept('bitrate')),
    changed: () => refresh(),
    troubled,
  })

  const pick = (trackId: string) => run(player.play(trackId))
  const shelves = catalogView(catalog, pick)
  const queue = upNextView(pick)
  const status = statusPanel(client)
  const bar = playerBar(
    {
      toggle: () => run(player.toggle()),
      next: () => run(player.next()),
      previous: () => run(player.previous()),
      seek: (positionMs) => run(player.seek(positionMs)),
      setBitrate: (bitrate) => {
        keep('bitrate', bitrate)
        player.setBitrate(bitrate)
      },
      setVolume: (share) => {
        keep('volume', share)
        output.setVolume(share)
      },
    },
    volume,
    spectrum(output),
  )
  document.body.replaceChildren(
    topBar(account, signOutOf(signIn)),
    element(
      'div',
      { class: 'rooms' },
      shelves.element,
      element('aside', { class: 'rail' }, queue.element, status.element),
    ),
    told.element,
    bar.element,
  )

  client.on('error', (error) => {
    if (!CROSSED.has(error.name)) told.say(playerErrorText(new Error(error.message)))
  })
  client.on('store_failed', () => told.say('What you hear is not kept over a reload of this page.'))
  client.on('dropped', ({ events, reason }) => told.say(`${events.length} events were not taken: ${reason}`))
  client.on('state', ({ state, reason }) => {
    if (state === 'failed') told.say(`The connection is over: ${reason ?? 'no reason was given'}. Reload the page.`)
  })
  client.on('playback', ({ status: now, reason }) => {
    if (now === 'stopped' && reason === 'evicted') told.say('Playback has moved to another device.')
    if (now === 'stopped' && reason === 'completed') told.say('That was the last track. Pick another.')
  })
  listenForKeys(player, run)

  const refresh = () => {
    const { state } = player
    bar.update(state)
    shelves.setCurrent(state.track?.track_id, state.phase === 'playing')
    queue.update(state.upNext)
    status.update(state)
    tellSystem(player)
    const { track } = state
    document.title = track === undefined ? 'Segue' : `${track.title} by ${track.artist}`
    marks.state = state.phase
    marks.connection = client.state
    marks.playheadMs = String(state.positionMs)
    marks.bufferMs = String(state.bufferMs)
    marks.signalRms = output.signalRms().toFixed(5)
    marks.ackedEvents = String(status.ackedEvents)
    marks.trackId = track?.track_id ?? ''
    marks.streamId = state.streamId ?? ''
  }
  refresh()
  setInterval(refresh, REFRESH_MS)
}

function broken(error: unknown): void {
  console.error(error)
  marks.state = 'broken'
  document.body.replaceChildren(brokenPage(error))
}

start().catch(broken)
