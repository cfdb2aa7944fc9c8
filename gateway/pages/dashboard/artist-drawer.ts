/** Owns the drawer with the account of one artist: what counts, what does not, the latest streams of both. */

import { type Drawer, drawer } from '../drawer.ts'
import { element } from '../element.ts'
import { clockText, countryText, countText, lengthText } from '../figure-text.ts'
import { sumTile } from '../sum-tile.ts'
import type { ArtistAccount } from './figures.ts'

export function artistDrawer(read: (artistId: string) => Promise<ArtistAccount>): Drawer<ArtistAccount> {
  return drawer({ read, partsOf: accountParts, waiting: 'Reading the account' })
}

function accountParts(account: ArtistAccount): HTMLElement[] {
  return [
    element(
      'dl',
      { class: 'sums' },
      sumTile('Streams that count', countText(account.counted_streams)),
      sumTile('Not counted', countText(account.uncounted_streams)),
      sumTile('Listened to, of those that count', lengthText(account.ms_played)),
    ),
    account.streams.length === 0
      ? element('p', { class: 'quiet', text: 'No stream of this artist has ended yet.' })
      : streamTable(account),
    element('p', { class: 'quiet small-print', text: 'A stream counts from 30 seconds heard, unless it is flagged.' }),
  ]
}

function streamTable(account: ArtistAccount): HTMLElement {
  const head = ['Started', 'Track', 'Heard', 'Where', 'Plan', 'Counts']
  return element(
    'div',
    { class: 'table-box', attributes: { tabindex: '0', role: 'region', 'aria-label': 'Latest streams' } },
    element(
      'table',
      {},
      element('caption', { class: 'unseen', text: 'Latest streams' }),
      element(
        'thead',
        {},
        element('tr', {}, ...head.map((text) => element('th', { text, attributes: { scope: 'col' } }))),
      ),
      element(
        'tbody',
        {},
        ...account.streams.map((stream) => {
          const at = new Date(stream.started_at)
          return element(
            'tr',
            { class: stream.counted ? '' : 'uncounted' },
            element('td', {}, element('time', { text: timeText(at), attributes: { datetime: at.toISOString() } })),
            element('td', { class: 'wide', text: stream.track_title ?? stream.isrc }),
            element('td', { class: 'number', text: clockText(stream.ms_played) }),
            element(
              'td',
              {},
              element('abbr', { text: stream.territory, attributes: { title: countryText(stream.territory) } }),
            ),
            element('td', { text: stream.tier }),
            element('td', { text: stream.counted ? 'yes' : 'no' }),
          )
        }),
      ),
    ),
  )
}

function timeText(at: Date): string {
  const today = at.toDateString() === new Date().toDateString()
  const time = at.toLocaleTimeString('en-GB')
  return today ? time : `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`
}
