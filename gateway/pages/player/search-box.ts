/** Owns the search box: asks as one types, shows the newest answer alone, and leads by keys into what was found. */

import { element } from '../element.ts'

export interface SearchBoxParts<Found> {
  /** The id of the element that shows what was found. */
  readonly controls: string
  ask(sought: string): Promise<Found>
  show(found: Found): void
  /** It cannot be asked now. */
  away(sought: string, error: unknown): void
  /** Nothing is sought. */
  cleared(): void
  /** The rows that are shown, in order. */
  rows(): readonly HTMLElement[]
}

export interface SearchBox {
  readonly element: HTMLInputElement
  clear(): void
}

/** A pause of the fingers, and short enough to seem none. */
const PAUSE_MS = 90

export function searchBox<Found>(parts: SearchBoxParts<Found>): SearchBox {
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const ask = async () => {
    const sought = input.value.trim()
    asked += 1
    const mine = asked
    if (sought === '') {
      parts.cleared()
      return
    }
    try {
      const found = await parts.ask(sought)
      if (mine === asked) parts.show(found)
    } catch (error) {
      if (mine === asked) parts.away(sought, error)
    }
  }
  const clear = () => {
    input.value = ''
    clearTimeout(timer)
    void ask()
  }
  const onKey = (event: KeyboardEvent) => {
    const [first] = parts.rows()
    if (event.key === 'ArrowDown' && first !== undefined) first.focus()
    else if (event.key === 'Escape' && input.value !== '') clear()
    else if (event.key === 'Enter' && input.value.trim() !== '') first?.click()
    else return
    event.preventDefault()
    // It is on its way to those that lead through the rows.
    event.stopPropagation()
  }
  const input = element('input', {
    class: 'search',
    attributes: {
      type: 'search',
      placeholder: 'Find a track, album or artist',
      'aria-label': 'Find in the catalog',
      'aria-controls': parts.controls,
      autocomplete: 'off',
      spellcheck: 'false',
    },
    on: {
      input: () => {
        clearTimeout(timer)
        timer = setTimeout(() => void ask(), input.value.trim() === '' ? 0 : PAUSE_MS)
      },
      keydown: onKey,
    },
  })
  document.addEventListener('keydown', (event) => {
    const rows = parts.rows()
    const at = rows.indexOf(document.activeElement as HTMLElement)
    if (at < 0 || input.value === '') return
    if (event.key === 'ArrowDown') rows[Math.min(at + 1, rows.length - 1)]?.focus()
    else if (event.key === 'ArrowUp') (rows[at - 1] ?? input).focus()
    else if (event.key === 'Escape') input.focus()
    else return
    event.preventDefault()
  })
  return { element: input, clear }
}
