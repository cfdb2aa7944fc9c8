/** Owns the list of cases, the highest score first, and the choice of which are shown. */

import { element } from '../element.ts'
import { countOf, countText } from '../figure-text.ts'
import { type Case, type CaseList, type Mark, nameOf, STATUS_TEXT, scoreText, timeText } from './case.ts'

export interface CaseListView {
  readonly picker: HTMLElement
  readonly element: HTMLElement
  update(list: CaseList): void
}

const CHOICES: readonly { readonly status: Mark; readonly name: string }[] = [
  { status: 'open', name: 'Open' },
  { status: 'right', name: 'Shared' },
  { status: 'wrong', name: 'Not shared' },
]

const NOTHING: Readonly<Record<Mark, string>> = {
  open: 'No open case. An account appears here when its score reaches the threshold.',
  right: 'No case was marked as shared yet.',
  wrong: 'No case was marked as not shared yet.',
}

export function caseListView(choose: (status: Mark) => void, open: (shown: Case) => void): CaseListView {
  const counts = new Map<Mark, HTMLElement>()
  let status: Mark = 'open'
  const picker = element(
    'fieldset',
    { class: 'ranges' },
    element('legend', { class: 'unseen', text: 'Which cases' }),
    ...CHOICES.map((choice) => {
      const radio = element('input', {
        attributes: { type: 'radio', name: 'status', value: choice.status },
        on: {
          change: () => {
            status = choice.status
            choose(status)
          },
        },
      })
      radio.checked = choice.status === status
      const count = element('b', { class: 'count' })
      counts.set(choice.status, count)
      return element('label', {}, radio, element('span', {}, choice.name, ' ', count))
    }),
  )
  const list = element('ol', { class: 'cases' })
  return {
    picker,
    element: list,
    update({ counts: now, cases }) {
      for (const [mark, count] of counts) count.textContent = countText(now[mark])
      const rows = cases.map((each) => row(each, open))
      list.replaceChildren(
        ...(rows.length > 0 ? rows : [element('li', { class: 'quiet nothing', text: NOTHING[status] })]),
      )
    },
  }
}

function row(shown: Case, open: (shown: Case) => void): HTMLElement {
  const { evidence, plan, last_seen, score, status, nudged_at } = shown
  const [first, ...others] = evidence.reasons
  const more = others.length === 0 ? [] : [element('span', { class: 'quiet', text: others.join('; ') })]
  return element(
    'li',
    {},
    element(
      'button',
      { class: 'case', attributes: { type: 'button', 'data-status': status }, on: { click: () => open(shown) } },
      meter(score),
      element(
        'span',
        { class: 'case-words' },
        element('b', { text: first ?? 'No evidence is left' }),
        ...more,
        element('span', {
          class: 'quiet case-about',
          text: [
            nameOf(shown),
            `plan ${plan}`,
            `last judged ${timeText(last_seen)}`,
            ...(nudged_at === null ? [] : [`asked ${timeText(nudged_at)}`]),
          ].join(' · '),
        }),
      ),
      element('span', {
        class: 'unseen',
        text: `${STATUS_TEXT[status]}. ${countOf(evidence.reasons.length, 'reason')}`,
      }),
    ),
  )
}

/** The score as a number, and as a bar for those who see it. */
export function meter(score: number): HTMLElement {
  const bar = element('span', { class: 'meter', attributes: { 'aria-hidden': 'true' } })
  bar.style.setProperty('--share', `${Math.round(score * 100)}%`)
  return element(
    'span',
    { class: 'case-score' },
    element('span', { class: 'unseen', text: 'Score ' }),
    scoreText(score),
    bar,
  )
}
