/** Owns what is looked at: the time range and the filters, kept in the address so that a reload or a link shows the same. */

import { element } from '../element.ts'
import type { Dimension, Figures } from './figures.ts'
import { dimensionText } from './words.ts'

const RANGES = [
  { minutes: 15, name: '15 min', words: 'the last 15 minutes' },
  { minutes: 60, name: '1 h', words: 'the last hour' },
  { minutes: 360, name: '6 h', words: 'the last 6 hours' },
  { minutes: 1_440, name: '24 h', words: 'the last 24 hours' },
  { minutes: 10_080, name: '7 days', words: 'the last 7 days' },
] as const
const USUAL = RANGES[1]

interface Filter {
  readonly name: Dimension
  readonly label: string
  readonly all: string
  /** Those that can be chosen from the start. */
  readonly words: readonly string[]
}

const FILTERS: readonly Filter[] = [
  // Countries are those that were heard of.
  { name: 'country', label: 'Country', all: 'All countries', words: [] },
  { name: 'plan', label: 'Plan', all: 'All plans', words: ['free', 'individual', 'duo', 'family'] },
  {
    name: 'device_kind',
    label: 'Device',
    all: 'All devices',
    words: ['phone', 'desktop', 'tv', 'speaker', 'car', 'web'],
  },
]

export interface FilterBar {
  readonly element: HTMLElement
  /** As the gateway takes it. */
  readonly query: () => string
  /** `the last hour, Germany`. */
  readonly words: () => string
  /** Countries that listen can be chosen. */
  update(figures: Figures): void
}

export function filterBar(changed: () => void): FilterBar {
  const chosen = new URLSearchParams(location.search)
  const range = () => RANGES.find(({ minutes }) => String(minutes) === chosen.get('minutes')) ?? USUAL
  const choose = (name: string, value: string) => {
    if (value === '') chosen.delete(name)
    else chosen.set(name, value)
    history.replaceState(null, '', `${location.pathname}${chosen.size === 0 ? '' : `?${chosen}`}`)
    clear.hidden = FILTERS.every(({ name: filter }) => !chosen.has(filter))
    changed()
  }
  const selects = FILTERS.map((filter) => {
    const select = element('select', {
      class: 'select',
      attributes: { 'aria-label': filter.label, name: filter.name },
      on: { change: () => choose(filter.name, select.value) },
    })
    const known = new Set([...filter.words, chosen.get(filter.name) ?? ''].filter((word) => word !== ''))
    fill(select, filter, known, chosen.get(filter.name) ?? '')
    return { filter, select, known }
  })
  const clear = element('button', {
    class: 'button small',
    text: 'Clear filters',
    attributes: { type: 'button' },
    on: {
      click: () => {
        for (const { filter, select } of selects) {
          chosen.delete(filter.name)
          select.value = ''
        }
        choose('country', '')
        selects[0]?.select.focus()
      },
    },
  })
  clear.hidden = FILTERS.every(({ name }) => !chosen.has(name))

  return {
    element: element(
      'div',
      { class: 'filters', attributes: { role: 'group', 'aria-label': 'What is shown' } },
      ...selects.map(({ select }) => select),
      clear,
      rangePicker(range().minutes, (minutes) => choose('minutes', String(minutes))),
    ),
    query: () =>
      String(
        new URLSearchParams({
          minutes: String(range().minutes),
          ...Object.fromEntries(FILTERS.map(({ name }) => [name, chosen.get(name) ?? ''])),
        }),
      ),
    words: () =>
      [
        range().words,
        ...FILTERS.flatMap(({ name }) => {
          const value = chosen.get(name)
          return value === null ? [] : [dimensionText(name, value)]
        }),
      ].join(', '),
    update({ heard_by, listeners_now_by }) {
      const [countries] = selects
      if (countries === undefined) return
      const before = countries.known.size
      for (const { name } of [...heard_by.country, ...listeners_now_by.country]) countries.known.add(name)
      if (countries.known.size > before)
        fill(countries.select, countries.filter, countries.known, countries.select.value)
    },
  }
}

function fill(
  select: HTMLSelectElement,
  { name, all, words }: Filter,
  known: ReadonlySet<string>,
  chosen: string,
): void {
  const options = [...known].map((value) => ({ value, text: dimensionText(name, value) }))
  if (words.length === 0) options.sort((a, b) => a.text.localeCompare(b.text, 'en'))
  select.replaceChildren(
    ...[{ value: '', text: all }, ...options].map(({ value, text }) =>
      element('option', { text, attributes: { value } }),
    ),
  )
  select.value = chosen
}

function rangePicker(current: number, choose: (minutes: number) => void): HTMLElement {
  return element(
    'fieldset',
    { class: 'ranges' },
    element('legend', { class: 'unseen', text: 'Time range' }),
    ...RANGES.map(({ minutes, name }) => {
      const radio = element('input', {
        attributes: { type: 'radio', name: 'range', value: String(minutes) },
        on: { change: () => choose(minutes) },
      })
      radio.checked = minutes === current
      return element('label', {}, radio, element('span', { text: name }))
    }),
  )
}
