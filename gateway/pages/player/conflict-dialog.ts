/** Owns the question which device is to stop, where every stream of the plan is in use. */

import { element } from '../element.ts'
import { placeText, sinceText } from '../figure-text.ts'
import { icon } from '../icon.ts'
import type { Choose, Conflict } from './stream-room.ts'

export interface ConflictDialog {
  readonly element: HTMLDialogElement
  readonly choose: Choose
}

export function conflictDialog(nowMs: () => number): ConflictDialog {
  const list = element('ul', { class: 'devices' })
  const dialog = element(
    'dialog',
    { class: 'panel conflicts', attributes: { 'aria-labelledby': 'conflicts-title' } },
    element('h2', {
      class: 'panel-title',
      text: 'Your plan is in use elsewhere',
      attributes: { id: 'conflicts-title' },
    }),
    element('p', { class: 'quiet', text: 'Pick what is to stop, and this device plays instead.' }),
    list,
    element('button', {
      class: 'button',
      text: 'Let it play',
      attributes: { type: 'button' },
      on: { click: () => dialog.close() },
    }),
  )
  return {
    element: dialog,
    choose: (conflicts) =>
      new Promise((resolve) => {
        dialog.returnValue = ''
        list.replaceChildren(...conflicts.map((conflict) => row(conflict, nowMs(), (id) => dialog.close(id))))
        // By a device, by the other button, or by Escape.
        dialog.addEventListener('close', () => resolve(dialog.returnValue || undefined), { once: true })
        dialog.showModal()
      }),
  }
}

function row(
  { device_id, name, kind, place, since_ms }: Conflict,
  nowMs: number,
  pick: (id: string) => void,
): HTMLElement {
  const since = element('time', {
    text: sinceText(since_ms, nowMs),
    attributes: { datetime: new Date(since_ms).toISOString() },
  })
  return element(
    'li',
    {},
    element(
      'button',
      { class: 'device', attributes: { type: 'button' }, on: { click: () => pick(device_id) } },
      icon(kind),
      element(
        'span',
        { class: 'device-title' },
        element('span', { class: 'unseen', text: 'Stop ' }),
        element('span', { class: 'device-name', text: name }),
      ),
      element('span', { class: 'device-place quiet', text: place === undefined ? '' : placeText(place) }),
      element('span', { class: 'device-does quiet' }, element('span', {}, 'Playing since ', since)),
    ),
  )
}
