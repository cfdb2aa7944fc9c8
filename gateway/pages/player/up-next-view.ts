/** Owns the list of what plays after this, and why; what is not for the listener goes from it. */

import type { UpNext } from '../../../protocol/client/index.ts'
import { element } from '../element.ts'
import { clockText } from '../figure-text.ts'
import { icon } from '../icon.ts'

/** More than this is scrolled for by nobody. */
const MOST_SHOWN = 8

const NOTHING_PLAYS = 'What follows is listed here once something plays.'

export interface UpNextView {
  readonly element: HTMLElement
  /** @param elsewhere what the device is called that plays instead of this page */
  update(tracks: UpNext['tracks'], elsewhere: string | undefined): void
}

export function upNextView(pick: (trackId: string) => void, dismiss: (trackId: string) => void): UpNextView {
  const list = element('ol', { class: 'queue' })
  const none = element('p', { class: 'quiet', text: NOTHING_PLAYS })
  let shown: UpNext['tracks'] | undefined
  return {
    element: element(
      'section',
      { class: 'panel', attributes: { 'aria-labelledby': 'up-next-title' } },
      element('h2', { class: 'panel-title', text: 'Up next', attributes: { id: 'up-next-title' } }),
      none,
      list,
    ),
    update(tracks, elsewhere) {
      const why = elsewhere === undefined ? NOTHING_PLAYS : `What follows is listed on ${elsewhere}.`
      if (none.textContent !== why) none.textContent = why
      if (tracks === shown) return
      shown = tracks
      none.hidden = tracks.length > 0
      list.replaceChildren(
        ...tracks.slice(0, MOST_SHOWN).map((track) =>
          element(
            'li',
            { class: 'queued-row' },
            element(
              'button',
              {
                class: 'queued',
                attributes: { type: 'button' },
                on: { click: () => pick(track.track_id) },
              },
              element(
                'span',
                { class: 'queued-title' },
                element('span', { class: 'unseen', text: 'Play ' }),
                track.title,
              ),
              element('span', { class: 'queued-length quiet', text: clockText(track.duration_ms) }),
              element('span', { class: 'queued-why quiet', text: reasonText(track) }),
            ),
            element(
              'button',
              {
                class: 'queued-dismiss',
                attributes: { type: 'button', title: 'Not for me', 'aria-label': `Not for me: ${track.title}` },
                on: { click: () => dismiss(track.track_id) },
              },
              icon('dismiss'),
            ),
          ),
        ),
      )
    },
  }
}

/** Why it is here; with the artist, unless the reason names the artist already. */
function reasonText({ artist, why }: UpNext['tracks'][number]): string {
  return why.includes(artist) ? why.charAt(0).toUpperCase() + why.slice(1) : `${artist}, ${why}`
}
