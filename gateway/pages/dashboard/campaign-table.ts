/** Owns the table of campaigns: impressions, how far they were heard, clicks, how often one listener met them, and what they did. */

import { element } from '../element.ts'
import { countOf, countText, orHidden, pointsText, shareText } from '../figure-text.ts'
import type { Campaign, Figures } from './figures.ts'

export interface CampaignTable {
  readonly element: HTMLElement
  update(campaigns: Figures['campaigns']): void
}

const share = (value: number | null) => (value === null ? '–' : shareText(value))

const COLUMNS: readonly {
  readonly name: string
  readonly about: string
  readonly text: (row: Campaign) => string
}[] = [
  {
    name: 'Impressions',
    about: 'audible for two seconds, and by people',
    text: (row) => orHidden(row.impressions, countText),
  },
  { name: 'Reach', about: 'accounts with an impression', text: (row) => orHidden(row.reach, countText) },
  { name: 'Frequency', about: 'impressions an account', text: (row) => row.frequency?.toFixed(1) ?? '–' },
  { name: '25 %', about: 'heard to a quarter', text: (row) => share(row.quartile1) },
  { name: '50 %', about: 'heard to the half', text: (row) => share(row.quartile2) },
  { name: '75 %', about: 'heard to three quarters', text: (row) => share(row.quartile3) },
  { name: 'Whole', about: 'heard to the end', text: (row) => share(row.completion) },
  { name: 'Clicks', about: '', text: (row) => orHidden(row.clicks, countText) },
]

export function campaignTable(): CampaignTable {
  const body = element('tbody')
  const lifts = element('ul', { class: 'lifts' })
  const note = element('p', {
    class: 'quiet small-print',
    text: 'Lift: of a hundred accounts that were served it, so many more heard what is promoted within 7 days than of a hundred of the control group, from which it was withheld by lot; in brackets with a confidence of 95 %.',
  })
  const none = element('p', { class: 'quiet', text: 'No campaign has run in this range.' })
  const table = element(
    'div',
    { class: 'table-box', attributes: { tabindex: '0', role: 'region', 'aria-label': 'Campaigns, as a table' } },
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { text: 'Campaign', attributes: { scope: 'col' } }),
          ...COLUMNS.map(({ name, about }) =>
            element('th', { class: 'number', text: name, attributes: { scope: 'col', title: about } }),
          ),
        ),
      ),
      body,
    ),
  )
  table.hidden = true
  let shown = ''
  return {
    element: element('div', { class: 'campaigns' }, table, none, lifts, note),
    update(rows) {
      // Rows are made anew only when they say something new.
      const now = JSON.stringify(rows)
      if (now === shown) return
      shown = now
      table.hidden = rows.length === 0
      none.hidden = rows.length > 0
      const compared = rows.flatMap((row) => liftOf(row) ?? [])
      lifts.hidden = compared.length === 0
      note.hidden = lifts.hidden
      lifts.replaceChildren(...compared)
      body.replaceChildren(
        ...rows.map((row) =>
          element(
            'tr',
            {},
            element('th', { class: 'wide', text: row.name, attributes: { scope: 'row' } }),
            ...COLUMNS.map(({ text }) => element('td', { class: 'number', text: text(row) })),
          ),
        ),
      )
    },
  }
}

/** Nothing where nothing is compared. */
function liftOf(row: Campaign): HTMLElement | undefined {
  const { name, difference, difference_low, difference_high, treated, treated_rate, control, control_rate } = row
  if (difference === null || difference_low === null || difference_high === null) return undefined
  if (treated === null || control === null) return undefined
  const points = `${pointsText(difference)} points (${pointsText(difference_low)} to ${pointsText(difference_high)})`
  const served = `${share(treated_rate)} of ${countOf(treated, 'account')} served`
  return element(
    'li',
    {},
    element('span', { text: `Lift of ${name}: ` }),
    element('strong', { text: points }),
    element('span', { class: 'quiet', text: `, ${served}, ${share(control_rate)} of ${countText(control)} withheld` }),
  )
}
