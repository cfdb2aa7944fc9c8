/** Owns one case in full: its evidence in words, the marking of it, and what happened to it. */

import { element } from '../element.ts'
import { sumTile } from '../sum-tile.ts'
import {
  type CaseWithHistory,
  FEATURE_TEXT,
  type HistoryEntry,
  type Mark,
  STATUS_TEXT,
  scoreText,
  timeText,
} from './case.ts'

const MOST_NOTE = 1_000

export interface Marking {
  readonly caseId: string
  readonly mark: Mark
  readonly note: string
}

export function caseParts(shown: CaseWithHistory, mark: (marking: Marking) => Promise<void>): HTMLElement[] {
  return [
    sums(shown),
    element('section', {}, element('h3', { text: 'Evidence' }), reasons(shown.evidence.reasons), features(shown)),
    markForm(shown, mark),
    element('section', {}, element('h3', { text: 'History' }), history(shown.history)),
  ]
}

function sums({ score, highest_score, first_seen, status, nudged_at }: CaseWithHistory): HTMLElement {
  return element(
    'div',
    { class: 'whole' },
    element(
      'dl',
      { class: 'sums' },
      sumTile('Score', scoreText(score)),
      sumTile('Highest', scoreText(highest_score)),
      sumTile('A case since', timeText(first_seen)),
    ),
    element('p', {
      class: 'quiet',
      text: `${STATUS_TEXT[status]}. ${nudged_at === null ? 'Nobody was asked to verify the household.' : `The household was asked to verify itself: ${timeText(nudged_at)}.`}`,
    }),
  )
}

function reasons(words: readonly string[]): HTMLElement {
  return element('ul', { class: 'reasons' }, ...words.map((text) => element('li', { text })))
}

/** How much each feature says, of all that it can say. */
function features({ evidence }: CaseWithHistory): HTMLElement {
  return element(
    'dl',
    { class: 'features' },
    ...Object.entries(FEATURE_TEXT).map(([name, text]) => {
      const share = evidence.features[name] ?? 0
      const bar = element('span', { class: 'meter', attributes: { 'aria-hidden': 'true' } })
      bar.style.setProperty('--share', `${Math.round(share * 100)}%`)
      return element(
        'div',
        { class: 'feature' },
        element('dt', { text }),
        element('dd', {}, `${Math.round(share * 100)} %`, bar),
      )
    }),
  )
}

function markForm(shown: CaseWithHistory, mark: (marking: Marking) => Promise<void>): HTMLElement {
  const note = element('textarea', {
    attributes: { id: 'note', rows: '2', maxlength: String(MOST_NOTE), placeholder: 'What speaks for it' },
  })
  const problem = element('p', { class: 'problem', attributes: { role: 'alert' } })
  const buttons = MARKS.filter((each) => each.mark !== shown.status).map((each) =>
    element('button', {
      class: each.mark === 'right' ? 'button main' : 'button',
      text: each.name,
      attributes: { type: 'button' },
      on: {
        click: () => {
          for (const button of buttons) button.disabled = true
          mark({ caseId: shown.case_id, mark: each.mark, note: note.value.trim() }).catch((error: unknown) => {
            problem.textContent = error instanceof Error ? error.message : String(error)
            for (const button of buttons) button.disabled = false
          })
        },
      },
    }),
  )
  return element(
    'section',
    { class: 'marking' },
    element('h3', { text: 'Is the account shared?' }),
    element('label', { class: 'quiet', text: 'Note, kept with your name', attributes: { for: 'note' } }),
    note,
    element('div', { class: 'buttons' }, ...buttons),
    problem,
  )
}

const MARKS: readonly { readonly mark: Mark; readonly name: string }[] = [
  { mark: 'right', name: 'Shared: the case is right' },
  { mark: 'wrong', name: 'Not shared: it is wrong' },
  { mark: 'open', name: 'Open again' },
]

function history(entries: readonly HistoryEntry[]): HTMLElement {
  return element('ol', { class: 'history' }, ...entries.map(entryRow))
}

function entryRow(entry: HistoryEntry): HTMLElement {
  const said =
    entry.kind === 'score'
      ? [element('b', { text: `Score ${scoreText(entry.score)}` }), element('span', { text: entry.reasons.join('; ') })]
      : [
          element('b', { text: `${STATUS_TEXT[entry.mark].split(',')[0]}, by ${entry.marked_by}` }),
          ...(entry.note ? [element('span', { text: entry.note })] : []),
        ]
  return element(
    'li',
    { class: `${entry.kind}-entry` },
    element('time', { class: 'quiet', text: timeText(entry.at), attributes: { datetime: entry.at } }),
    element('div', {}, ...said),
  )
}
