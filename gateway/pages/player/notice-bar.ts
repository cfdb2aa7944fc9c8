/** Owns what the gateway has to say to the listener: above the page until it is put away, read out when it comes. */

import type { Client, Notice } from '../../../protocol/client/index.ts'
import { element } from '../element.ts'
import { icon } from '../icon.ts'

/** Of what is always said in the same words; anything else brings its own. */
const WORDS: Readonly<Partial<Record<Notice['notice'], { readonly title: string; readonly text: string }>>> = {
  'verify-household': {
    title: 'Please verify your household',
    text: 'This account plays in more than one home. Its plan is for people who live together: have a look at your devices, and sign out those you do not know. Nothing is locked.',
  },
}

export function noticeBar(client: Client): HTMLElement {
  // There from the beginning: what is put into a live region later is read out.
  const bar = element('div', { class: 'notice-bar', attributes: { role: 'status', 'aria-live': 'polite' } })
  client.on('notice', ({ notice, text }) => {
    // A gateway may know notices that this page does not.
    const words = WORDS[notice] ?? { title: 'A word from Segue', text: text ?? '' }
    const said = element(
      'section',
      { class: 'household', attributes: { 'data-notice': notice } },
      element('div', {}, element('h2', { text: words.title }), element('p', { text: words.text })),
      element(
        'button',
        {
          class: 'round',
          attributes: { type: 'button', 'aria-label': 'Dismiss this notice' },
          on: { click: () => said.remove() },
        },
        icon('close'),
      ),
    )
    bar.replaceChildren(said)
  })
  return bar
}
