/** Owns the start of the dashboard page: who may see it, the range, the refreshing, and the parts joined together. */

import { element } from '../element.ts'
import { getJson, pageConfig } from '../gateway-api.ts'
import { openSignIn, type SignIn, SignInEnded } from '../sign-in.ts'
import { brokenPage, signOutOf, topBar, welcome } from '../top-bar.ts'
import { artistDrawer } from './artist-drawer.ts'
import type { ArtistAccount, Figures } from './figures.ts'
import { freshness } from './freshness.ts'
import { panels } from './panels.ts'
import { keptRange, rangePicker } from './range-picker.ts'
import { startRefresh } from './refresh.ts'

const marks = document.documentElement.dataset

async function start(): Promise<void> {
  const signIn = await openSignIn(await pageConfig())
  const { account } = signIn
  if (account === undefined) {
    marks.state = 'signed-out'
    const begin = () => void signIn.begin().catch(broken)
    document.body.replaceChildren(welcome('Who is listening to what, live. For analysts.', 'Sign in', begin))
    return
  }
  if (!account.roles.includes('analyst')) {
    marks.state = 'forbidden'
    const begin = () => void signIn.begin({ anew: true }).catch(broken)
    document.body.replaceChildren(
      topBar(account, signOutOf(signIn)),
      welcome(`The dashboard is for analysts, and ${account.name} is not one.`, 'Sign in as someone else', begin),
    )
    return
  }
  document.body.replaceChildren(topBar(account, signOutOf(signIn)), dashboard(signIn))
}

function dashboard(signIn: SignIn): HTMLElement {
  let minutes = keptRange()
  const drawer = artistDrawer(async (artistId) =>
    getJson<ArtistAccount>(`/api/artists/${artistId}/account`, await signIn.token()),
  )
  const board = panels((artistId, name) => drawer.open(artistId, name))
  const fresh = freshness(board.element)
  const refresh = startRefresh<Figures>({
    ask: async (signal) => getJson<Figures>(`/api/dashboard?minutes=${minutes}`, await signIn.token(), signal),
    answered: (figures) => {
      board.update(figures)
      fresh.succeeded()
      marks.state = 'live'
      marks.listenersNow = String(figures.listeners_now)
    },
    failed: (error) => {
      console.warn(error)
      if (error instanceof SignInEnded) broken(error)
      else fresh.failed(error)
    },
  })
  const picker = rangePicker(minutes, (chosen) => {
    minutes = chosen
    refresh.now()
  })
  return element(
    'main',
    { class: 'board' },
    element('div', { class: 'board-head' }, element('h1', { text: 'Listening, live' }), fresh.age, picker),
    fresh.warning,
    board.element,
    drawer.element,
  )
}

function broken(error: unknown): void {
  console.error(error)
  marks.state = 'broken'
  document.body.replaceChildren(brokenPage(error))
}

start().catch(broken)
