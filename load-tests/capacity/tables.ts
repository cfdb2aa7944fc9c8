/** Owns the tables of capacity as Markdown, as the command prints and the document holds them. Pure. */

import { capacityOf, limitsOfOne, type Need } from './capacity.ts'
import { INPUTS, type Values } from './inputs.ts'

export function capacityTable(sizes: readonly number[], values: Values): string {
  const all = sizes.map((listeners) => capacityOf(listeners, values))
  const names = all[0]?.needs.map(({ name }) => name) ?? []
  const rows = names.map((name, row) => [name, ...all.map(({ needs }) => withUnit(needs[row]))])
  return table(['listeners at once', ...sizes.map(number)], rows)
}

export function limitsTable(values: Values): string {
  return table(
    ['stands once', 'is full at'],
    limitsOfOne(values).map((need) => [need.name, withUnit(need)]),
  )
}

export function inputsTable(): string {
  const rows = Object.values(INPUTS).map(({ what, value, unit, source }) => [
    what,
    withUnit({ name: '', value, unit }),
    source,
  ])
  return table(['input', 'value', 'from'], rows)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function withUnit(need: Need | undefined): string {
  if (need === undefined) return ''
  return need.unit === '' ? number(need.value) : `${number(need.value)} ${need.unit}`
}

/** Three figures: the inputs have no more. */
function number(value: number): string {
  const rounded = value >= 1_000 && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value
  return rounded.toLocaleString('en', { maximumSignificantDigits: Number.isInteger(value) ? 21 : 3 })
}
