/** Owns the document of capacity: its prose is written, its tables are reckoned. */

import { readFile } from 'node:fs/promises'
import { MEASURED } from './inputs.ts'
import { capacityTable, inputsTable, limitsTable } from './tables.ts'

export const DOCUMENT = new URL('../capacity.md', import.meta.url)
export const SIZES = [1_000_000, 10_000_000, 100_000_000]

const TABLES = {
  needs: () => capacityTable(SIZES, MEASURED),
  limits: () => limitsTable(MEASURED),
  inputs: inputsTable,
} as const

/** The document with the tables as they are reckoned now. */
export async function documentNow(): Promise<string> {
  let text = await readFile(DOCUMENT, 'utf8')
  for (const [name, reckoned] of Object.entries(TABLES)) {
    const place = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(\\n<!-- end -->)`)
    if (!place.test(text)) throw new Error(`capacity.md has no place for the table '${name}'`)
    text = text.replace(place, (_, before: string, after: string) => `${before}\n${reckoned()}\n${after}`)
  }
  return text
}
