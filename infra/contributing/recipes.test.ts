/** Owns the test that what the pages for contributors name is there: files, tests, checks, and where their links lead. */

import { execFileSync } from 'node:child_process'
import { access, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROJECT_ROOT } from '../stack/folders.ts'

const PAGES = ['CONTRIBUTING.md', 'recipes.md', 'CHANGELOG.md', '../licences/LICENSE.md'] as const
/** Of the examples, which are not there. */
const MADE_UP = /likes?\b|<|…/

const read = (name: string) => readFile(join(import.meta.dirname, name), 'utf8')
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: PROJECT_ROOT })
  .toString()
  .split('\n')
const names = new Set(files.map((file) => basename(file)))
const recipes = await read('recipes.md')
const words = [...recipes.matchAll(/`([^`\s]+)`/g)].map(([, word = '']) => word).filter((word) => !MADE_UP.test(word))

describe('the recipes name', () => {
  test('files and folders that are there', () => {
    const paths = words.filter((word) => /\.(ts|md|yaml|yml|json|sql)$|\/$/.test(word) && word.includes('/'))
    expect(paths.length).toBeGreaterThan(20)
    const isThere = (path: string) =>
      files.some((file) => file === path || (path.endsWith('/') && file.startsWith(path)))
    expect(paths.filter((path) => !isThere(path))).toEqual([])
  })

  test('tests and files by name that are there', () => {
    const named = words.filter((word) => /\.(ts|md|yaml|yml|json)$/.test(word) && !word.includes('/'))
    expect(named.filter((name) => !names.has(name))).toEqual([])
  })

  test('checks that are run', async () => {
    const { scripts } = JSON.parse(await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8'))
    const checks = words.filter((word) => word.startsWith('check:'))
    expect(checks.length).toBeGreaterThan(3)
    for (const check of checks) expect(scripts.check).toContain(`npm run ${check}`)
  })
})

test.each(PAGES)('every link of %s leads to a file', async (page) => {
  for (const [, link = ''] of (await read(page)).matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
    await access(join(import.meta.dirname, page, '..', link)).catch((cause: unknown) => {
      throw new Error(`${page}: there is no ${link}`, { cause })
    })
  }
})
