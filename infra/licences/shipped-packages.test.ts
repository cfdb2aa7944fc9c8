/** Owns the test that every shipped package may be shipped, and that THIRD-PARTY.md lists them all. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROJECT_ROOT } from '../stack/folders.ts'
import { type Lockfile, mayBeShipped, shippedPackages } from './shipped-packages.ts'

const lockfile = JSON.parse(await readFile(join(PROJECT_ROOT, 'package-lock.json'), 'utf8')) as Lockfile
const shipped = shippedPackages(lockfile)

describe('what is shipped', () => {
  test('is under licences that ask for nothing of ours', () => {
    expect(shipped.length).toBeGreaterThan(100)
    expect(shipped.filter(({ licence }) => !mayBeShipped(licence))).toEqual([])
  })

  test('has what the gateway imports, and no tool of the tests', () => {
    const names = shipped.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['jose', 'msgpackr', 'ioredis', '@opensearch-project/opensearch']))
    expect(names).not.toContain('vitest')
  })

  test('is listed in THIRD-PARTY.md (vitest -u writes it anew)', async () => {
    const page = [
      '# Packages of others that are shipped with Segue',
      '',
      'Written by `shipped-packages.test.ts` from package-lock.json. The text of each licence is in the package.',
      '',
      '| package | version | licence |',
      '|---|---|---|',
      ...shipped.map(({ name, version, licence }) => `| \`${name}\` | ${version} | ${licence} |`),
      '',
    ]
    await expect(page.join('\n')).toMatchFileSnapshot(join(import.meta.dirname, 'THIRD-PARTY.md'))
  })
})

describe('a licence', () => {
  test.each([
    'GPL-3.0-only',
    'AGPL-3.0-or-later',
    'MIT AND GPL-2.0-only',
    'SSPL-1.0',
    'not told',
    'SEE LICENSE IN LICENSE',
  ])('%s is not shipped', (licence) => {
    expect(mayBeShipped(licence)).toBe(false)
  })

  test.each(['MIT', 'MIT OR GPL-3.0-or-later', '(MIT AND OFL-1.1)', 'Apache-2.0'])('%s is', (licence) => {
    expect(mayBeShipped(licence)).toBe(true)
  })

  test('of a package that is there in two versions is listed for each, and tools are left out', () => {
    const packages = {
      '': {},
      'node_modules/a': { version: '1.0.0', license: 'MIT' },
      'node_modules/b/node_modules/a': { version: '2.0.0', license: 'GPL-3.0-only' },
      'node_modules/c/node_modules/a': { version: '1.0.0', license: 'MIT' },
      'node_modules/tool': { version: '1.0.0', license: 'GPL-3.0-only', dev: true },
    }
    expect(shippedPackages({ packages })).toEqual([
      { name: 'a', version: '1.0.0', licence: 'MIT' },
      { name: 'a', version: '2.0.0', licence: 'GPL-3.0-only' },
    ])
  })
})
