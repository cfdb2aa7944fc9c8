/** Owns the form in which the listener names this device. */

import { element } from '../element.ts'
import { NAME_MOST_CHARACTERS, ownName, rename } from './device.ts'

export function deviceNameForm(): HTMLElement {
  const input = element('input', {
    class: 'device-name-input',
    attributes: { type: 'text', maxlength: String(NAME_MOST_CHARACTERS), autocomplete: 'off', id: 'device-name' },
  })
  const told = element('p', { class: 'quiet', attributes: { role: 'status' } })
  input.value = ownName()
  return element(
    'form',
    {
      class: 'device-name-form',
      on: {
        submit: (event) => {
          event.preventDefault()
          rename(input.value)
          input.value = ownName()
          told.textContent = 'Kept. Your other devices see it once this page is opened anew.'
        },
      },
    },
    element('label', { class: 'quiet', text: 'This device is called', attributes: { for: 'device-name' } }),
    input,
    element('button', { class: 'button small', text: 'Rename', attributes: { type: 'submit' } }),
    told,
  )
}
