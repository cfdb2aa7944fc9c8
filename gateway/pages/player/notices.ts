/** Owns short sentences that tell the listener what happened; they go by themselves. */

import { element } from '../element.ts'
import { icon } from '../icon.ts'

const SHOWN_MS = 8_000

export interface Notices {
  readonly element: HTMLElement
  say(text: string): void
}

export function notices(): Notices {
  const list = element('div', { class: 'notices', attributes: { role: 'status', 'aria-live': 'polite' } })
  return {
    element: list,
    say(text) {
      for (const before of list.children) if (before.firstChild?.textContent === text) before.remove()
      const notice = element(
        'div',
        { class: 'notice' },
        element('p', { text }),
        element(
          'button',
          {
            class: 'round small',
            attributes: { type: 'button', 'aria-label': 'Dismiss' },
            on: { click: () => notice.remove() },
          },
          icon('close'),
        ),
      )
      list.append(notice)
      setTimeout(() => notice.remove(), SHOWN_MS)
    },
  }
}
