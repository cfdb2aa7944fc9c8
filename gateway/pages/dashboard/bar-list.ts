/** Owns a ranked list with bars: rows keep their elements over updates, so that focus and hover stay where they are. */

import { element } from '../element.ts'

export interface BarRow {
  readonly key: string
  readonly name: string
  readonly detail?: string
  readonly value: number
  readonly valueText: string
}

export interface BarList {
  readonly element: HTMLElement
  update(rows: readonly BarRow[]): void
}

interface Shown {
  readonly item: HTMLLIElement
  set(row: BarRow, most: number): void
}

/** @param whole what a full bar stands for; undefined: the greatest value. */
export function barList(empty: string, pick?: (row: BarRow) => void, whole?: number): BarList {
  const list = element('ol', { class: 'bars' })
  const none = element('p', { class: 'quiet none', text: empty })
  const shown = new Map<string, Shown>()
  return {
    element: element('div', { class: 'bar-list' }, list, none),
    update(rows) {
      none.hidden = rows.length > 0
      const most = whole ?? Math.max(1, ...rows.map((row) => row.value))
      for (const row of rows) {
        const known = shown.get(row.key) ?? rowElement(pick)
        known.set(row, most)
        shown.set(row.key, known)
      }
      for (const key of shown.keys()) if (!rows.some((row) => row.key === key)) shown.delete(key)
      const wanted = rows.flatMap((row) => shown.get(row.key)?.item ?? [])
      if (wanted.length === list.children.length && wanted.every((item, at) => item === list.children[at])) return
      const focused = document.activeElement
      list.replaceChildren(...wanted)
      if (focused instanceof HTMLElement && list.contains(focused)) focused.focus()
    },
  }
}

function rowElement(pick: ((row: BarRow) => void) | undefined): Shown {
  const name = element('span', { class: 'bars-name' })
  const detail = element('span', { class: 'bars-detail quiet' })
  const value = element('span', { class: 'bars-value' })
  const bar = element('span', { class: 'bars-bar', attributes: { 'aria-hidden': 'true' } })
  const parts = [name, value, detail, bar]
  let current: BarRow | undefined
  const body =
    pick === undefined
      ? element('div', { class: 'bars-row' }, ...parts)
      : element(
          'button',
          {
            class: 'bars-row',
            attributes: { type: 'button' },
            on: { click: () => current !== undefined && pick(current) },
          },
          ...parts,
        )
  return {
    item: element('li', {}, body),
    set(row, most) {
      current = row
      name.textContent = row.name
      detail.textContent = row.detail ?? ''
      detail.hidden = row.detail === undefined
      value.textContent = row.valueText
      bar.style.setProperty('--share', `${((row.value / most) * 100).toFixed(1)}%`)
    },
  }
}
