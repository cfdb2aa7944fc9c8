/** Owns the writing of what is generated from the schemas and tables; with `--check` it only says whether all is current. */

import { readFile, writeFile } from 'node:fs/promises'
import { asyncApiDocument } from './document.ts'
import { withTables } from './tables.ts'

const GENERATED: readonly (readonly [name: string, make: (before: string) => string])[] = [
  ['asyncapi.json', () => `${JSON.stringify(asyncApiDocument(), null, 2)}\n`],
  ['../SPEC.md', withTables],
]

const checkOnly = process.argv.includes('--check')
for (const [name, make] of GENERATED) {
  const file = new URL(name, import.meta.url)
  const before = await readFile(file, 'utf8').catch(() => '')
  const current = make(before)
  if (before === current) continue
  if (checkOnly) {
    console.error(`${name} is not current: run \`npm run generate\` and commit the result`)
    process.exitCode = 1
  } else {
    await writeFile(file, current)
  }
}
