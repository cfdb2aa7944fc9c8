/** Owns the drawer at the side of a page: opened for one thing, read when it opens, closed by key, button or a click beside it. */

import { element } from './element.ts'
import { icon } from './icon.ts'

export interface Drawer<T> {
  readonly element: HTMLElement
  /** Shows what `read` gives for `id` under this title; a failure is said, with a way to try again. */
  open(id: string, title: string): void
  /** What is open is now this. */
  show(value: T): void
}

export interface DrawerParts<T> {
  readonly read: (id: string) => Promise<T>
  readonly partsOf: (value: T) => readonly HTMLElement[]
  /** While it is read. */
  readonly waiting: string
}

let drawers = 0

export function drawer<T>({ read, partsOf, waiting }: DrawerParts<T>): Drawer<T> {
  drawers += 1
  const id = `drawer-${drawers}-title`
  const title = element('h2', { attributes: { id } })
  const body = element('div', { class: 'drawer-body' })
  const close = element(
    'button',
    { class: 'round', attributes: { type: 'button', 'aria-label': 'Close' }, on: { click: () => dialog.close() } },
    icon('close'),
  )
  const dialog = element(
    'dialog',
    {
      class: 'drawer',
      attributes: { 'aria-labelledby': id },
      on: {
        // A click beside the drawer lands on the dialog itself.
        click: (event) => event.target === dialog && dialog.close(),
      },
    },
    element('div', { class: 'drawer-inside' }, element('header', { class: 'drawer-head' }, title, close), body),
  )
  let asked = 0

  const ask = async (id: string, mine: number) => {
    try {
      const value = await read(id)
      if (mine === asked) body.replaceChildren(...partsOf(value))
    } catch (error) {
      if (mine !== asked) return
      body.replaceChildren(
        element('p', { text: error instanceof Error ? error.message : String(error), attributes: { role: 'alert' } }),
        element('button', {
          class: 'button',
          text: 'Try again',
          attributes: { type: 'button' },
          on: { click: () => void ask(id, mine) },
        }),
      )
    }
  }

  return {
    element: dialog,
    open(id, name) {
      asked += 1
      title.textContent = name
      body.replaceChildren(element('p', { class: 'quiet', text: waiting }))
      dialog.showModal()
      void ask(id, asked)
    },
    show: (value) => body.replaceChildren(...partsOf(value)),
  }
}
