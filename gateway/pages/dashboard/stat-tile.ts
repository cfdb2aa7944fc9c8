/** Owns one figure with its name, and a word on what it says. */

import { element } from '../element.ts'

export interface StatTile {
  readonly element: HTMLElement
  update(value: string, note?: string): void
}

export function statTile(name: string, explained: string): StatTile {
  const value = element('dd', { class: 'tile-value', text: '–' })
  const note = element('dd', { class: 'tile-note quiet', text: explained })
  return {
    element: element('div', { class: 'tile' }, element('dt', { class: 'tile-name', text: name }), value, note),
    update(text, words) {
      value.textContent = text
      note.textContent = words ?? explained
    },
  }
}
