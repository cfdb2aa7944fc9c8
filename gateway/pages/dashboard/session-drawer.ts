/** Owns the drawers of the drill-down: the sessions of a case, and one session as it went. By session and case alone: nobody is named. */

import { type Drawer, drawer } from '../drawer.ts'
import { element } from '../element.ts'
import { clockText, countOf, lengthText, millisecondsText, sinceText } from '../figure-text.ts'
import { barList } from './bar-list.ts'
import type { SessionHeard } from './figures.ts'
import { sessionRow } from './session-row.ts'

export interface Timeline {
  readonly session_id: string
  readonly moments: readonly {
    readonly at: string
    readonly source: 'server' | 'player'
    readonly what: string
    readonly stream_id: string
    readonly position_ms: number
    readonly detail: string
  }[]
}

export function timelineDrawer(read: (sessionId: string) => Promise<Timeline>): Drawer<Timeline> {
  return drawer({ read, partsOf: timelineParts, waiting: 'Reading the session' })
}

export function caseDrawer(
  read: (caseId: string) => Promise<{ readonly sessions: readonly SessionHeard[] }>,
  open: (session: string) => void,
): Drawer<{ readonly sessions: readonly SessionHeard[] }> {
  return drawer({
    read,
    partsOf: ({ sessions }) => {
      const list = barList('No session of the last four weeks is known.', ({ key }) => open(key))
      list.update(sessions.map(sessionRow))
      return [
        element('p', {
          class: 'quiet',
          text: 'The latest sessions of the account, in the last four weeks. Which account it is stays hidden.',
        }),
        element('div', { class: 'whole' }, list.element),
        element('a', { class: 'button', text: 'All cases and their evidence', attributes: { href: '/cases' } }),
      ]
    },
    waiting: 'Reading the sessions',
  })
}

function timelineParts({ session_id, moments }: Timeline): HTMLElement[] {
  const [first] = moments
  const last = moments.at(-1)
  const lengthMs = first === undefined || last === undefined ? 0 : Date.parse(last.at) - Date.parse(first.at)
  const streams = new Set(moments.map(({ stream_id }) => stream_id)).size
  return [
    element('p', { class: 'quiet session-id', text: session_id }),
    element('p', { text: `${countOf(streams, 'stream')} in ${lengthText(lengthMs)}` }),
    element('ol', { class: 'timeline' }, ...moments.map(momentRow)),
  ]
}

function momentRow({ at, source, what, position_ms, detail }: Timeline['moments'][number]): HTMLElement {
  const began = what.startsWith('began')
  const time = new Date(at)
  return element(
    'li',
    { class: `moment ${source}${began ? ' began' : ''}` },
    element('time', {
      class: 'quiet',
      text: time.toLocaleTimeString('en-GB'),
      attributes: { datetime: at, title: sinceText(time.getTime(), Date.now()) },
    }),
    element(
      'div',
      {},
      element('b', { text: began ? detail : what.replace(':', ',') }),
      element('span', {
        class: 'quiet',
        text: [
          began ? what.replace(':', ',') : detail.replace(/(\d+) ms/g, (_, ms) => millisecondsText(Number(ms))),
          began ? '' : `at ${clockText(position_ms)}`,
          source === 'server' ? 'by the gateway' : '',
        ]
          .filter((text) => text !== '')
          .join(' · '),
      }),
    ),
  )
}
