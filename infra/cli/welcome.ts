/** Owns what the screen says when a stack is up: where everything is, and who may look at it. */

import { inDataFolder } from '../stack/folders.ts'
import type { PartName } from '../stack/part.ts'
import { type Address, PAGES_OF, type Place, trustOf } from '../stack/status/addresses.ts'
import { boxed } from './box.ts'

type Row = readonly [string, string]

/** In the order of the table: what listeners open first. */
const PAGED = Object.keys(PAGES_OF) as PartName[]
/** A remark longer than this has a line of its own. */
const BESIDE = 40

/** @param statusUrl of the page of the stack */
export function welcome(place: Place, statusUrl: string, tookMs: number): string {
  const { parts, dataDir } = place
  const rows: readonly Row[] = [
    ...PAGED.filter((name) => parts.includes(name))
      .flatMap((name) => PAGES_OF[name]?.(place) ?? [])
      .flatMap(rowsOf),
    ...(parts.includes('nginx') ? trust(dataDir) : []),
    ['Status', `${statusUrl}  (each part: its state, its memory)`],
    ['Data', dataDir],
    ['Logs', inDataFolder.logs(dataDir)],
    ['To stop', 'Ctrl-C'],
  ]
  const what = parts.includes('gateway') ? 'Segue is' : 'All is'
  return `\n${what} up, after ${(tookMs / 1000).toFixed(1)} s\n\n${boxed(rows)}`
}

function rowsOf({ label, url, remark }: Address): readonly Row[] {
  if (remark === '') return [[label, url]]
  return remark.length > BESIDE
    ? [
        [label, url],
        ['', `(${remark})`],
      ]
    : [[label, `${url}  (${remark})`]]
}

const trust = (dataDir: string): readonly Row[] => [
  ['Trust', trustOf(dataDir)],
  ['', '(the authority of the certificate: take it into the browser, or accept its warning)'],
]
