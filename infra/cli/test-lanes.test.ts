import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PROJECT_ROOT } from '../stack/folders.ts'
import { fitSideBySide, LANES } from './test-lanes.ts'

it('has each test on real servers in one lane', () => {
  const rooms = readdirSync(PROJECT_ROOT, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules',
  )
  const files = rooms.flatMap(({ name }) =>
    readdirSync(join(PROJECT_ROOT, name), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.int.test.ts'))
      .map((path) => `${name}/${path}`),
  )
  expect(files.length).toBeGreaterThan(90)
  for (const file of files) {
    const lanes = LANES.filter(({ args }) => args.some((arg) => arg.endsWith('/') && file.includes(arg)))
    expect([file, ...lanes.map(({ name }) => name)]).toHaveLength(2)
  }
})

it('puts lanes side by side where there is room for both', () => {
  const gib = 1024 ** 3
  const fits = [fitSideBySide(4, 24 * gib), fitSideBySide(2, 24 * gib), fitSideBySide(8, 8 * gib)]
  expect(fits).toEqual([true, false, false])
})
