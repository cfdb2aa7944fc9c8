/** Owns the choice of the time range. */

import { element } from '../element.ts'

const RANGES = [
  { minutes: 15, name: '15 min' },
  { minutes: 60, name: '1 h' },
  { minutes: 1_440, name: '24 h' },
] as const

const USUAL_MINUTES = 60
const KEPT = 'segue.range'

/** The range chosen last in this browser. */
export function keptRange(): number {
  const kept = Number(localStorage.getItem(KEPT))
  return RANGES.find(({ minutes }) => minutes === kept)?.minutes ?? USUAL_MINUTES
}

export function rangePicker(current: number, choose: (minutes: number) => void): HTMLElement {
  return element(
    'fieldset',
    { class: 'ranges' },
    element('legend', { class: 'unseen', text: 'Time range' }),
    ...RANGES.map(({ minutes, name }) => {
      const radio = element('input', {
        attributes: { type: 'radio', name: 'range', value: String(minutes) },
        on: {
          change: () => {
            localStorage.setItem(KEPT, String(minutes))
            choose(minutes)
          },
        },
      })
      radio.checked = minutes === current
      return element('label', {}, radio, element('span', { text: name }))
    }),
  )
}
