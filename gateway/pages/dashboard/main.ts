/** Owns the start of the dashboard page: who may see it, what is looked at, the figures that come, and the parts joined together. */

import { startAnalystsPage } from '../analysts-page.ts'
import { element } from '../element.ts'
import { getJson } from '../gateway-api.ts'
import { type SignIn, SignInEnded } from '../sign-in.ts'
import { artistDrawer } from './artist-drawer.ts'
import type { ArtistAccount, Figures } from './figures.ts'
import { filterBar } from './filter-bar.ts'
import { freshness } from './freshness.ts'
import { startLive } from './live.ts'
import { panels } from './panels.ts'
import { caseDrawer, timelineDrawer } from './session-drawer.ts'
import { sessionName } from './session-row.ts'

const marks = document.documentElement.dataset

function dashboard(signIn: SignIn): HTMLElement {
  const read = async <T>(path: string) => getJson<T>(path, await signIn.token())
  const artist = artistDrawer((artistId) => read<ArtistAccount>(`/api/artists/${artistId}/account`))
  const session = timelineDrawer((sessionId) => read(`/api/sessions/${sessionId}`))
  const openSession = (sessionId: string) => session.open(sessionId, sessionName(sessionId))
  const sharingCase = caseDrawer((caseId) => read(`/api/sharing/cases/${caseId}/sessions`), openSession)
  const board = panels({
    artist: artist.open,
    session: openSession,
    sharingCase: (caseId) => sharingCase.open(caseId, `Case ${caseId.slice(0, 4)}-${caseId.slice(4, 8)}`),
  })
  const fresh = freshness(board.element)
  const said = element('p', { class: 'unseen', attributes: { role: 'status' } })
  const filters = filterBar(() => live.again())
  const live = startLive<Figures>({
    path: () => `/api/dashboard/stream?${filters.query()}`,
    token: (anew) => signIn.token(anew),
    figures: (figures) => {
      const words = filters.words()
      filters.update(figures)
      board.update(figures, words)
      fresh.succeeded()
      // Told when it is of something else, not whenever figures come.
      if (said.textContent !== `Showing ${words}`) said.textContent = `Showing ${words}`
      marks.state = 'live'
      marks.listenersNow = String(figures.listeners_now)
    },
    failed: (error) => {
      console.warn(error)
      const isOver = error instanceof SignInEnded
      if (isOver) signIn.lost()
      else fresh.failed(error)
      return isOver
    },
  })
  return element(
    'main',
    { class: 'board' },
    element('div', { class: 'board-head' }, element('h1', { text: 'Listening, live' }), fresh.age, filters.element),
    said,
    fresh.warning,
    board.element,
    artist.element,
    sharingCase.element,
    session.element,
  )
}

startAnalystsPage({
  about: 'Who is listening to what, live. For analysts.',
  what: 'The dashboard is',
  show: (signIn) => ({ board: dashboard(signIn) }),
})
