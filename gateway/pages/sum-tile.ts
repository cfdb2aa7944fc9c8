/** Owns one sum with its name, as drawers have them in a list. */

import { element } from './element.ts'

export function sumTile(name: string, value: string): HTMLElement {
  return element(
    'div',
    { class: 'tile' },
    element('dt', { class: 'tile-name', text: name }),
    element('dd', { class: 'tile-value', text: value }),
  )
}
