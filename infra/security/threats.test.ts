/** Owns the test that the threat model is true of the tests that it names: each file is there, and has a test of that title. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROJECT_ROOT } from '../stack/folders.ts'

const MODEL = 'infra/adr/0032-threats.md'
/** What was asked for by name; a row may go only with its threat. */
const THEMES = [
  'token confusion',
  'another account',
  'path traversal',
  'SSRF',
  'injection',
  'replay',
  'opens a socket',
  'request smuggling',
  'decompression bomb',
  'log injection',
  'brute force',
  'slow reading',
]

const model = await readFile(join(PROJECT_ROOT, MODEL), 'utf8')
const rows = model
  .split('\n')
  .filter((line) => /^\| TH\d+ \|/.test(line))
  .map((line) => {
    const [, id = '', threat = '', holds = '', shown = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim())
    const tests = [...shown.matchAll(/`(?<file>[^`]+)` "(?<title>[^"]+)"/g)].map(({ groups }) => ({
      file: groups?.file ?? '',
      title: groups?.title ?? '',
    }))
    return { id, threat, holds, tests }
  })

describe('the threat model', () => {
  test('has a row for each threat that was asked for', () => {
    for (const theme of THEMES) {
      expect(rows.filter(({ threat }) => threat.includes(theme)).length, theme).toBeGreaterThan(0)
    }
  })

  test('numbers its rows, and each says what holds it and what shows that', () => {
    expect(rows.map(({ id }) => id)).toEqual(rows.map((_, index) => `TH${index + 1}`))
    for (const { id, holds, tests } of rows) {
      expect(holds.length, id).toBeGreaterThan(20)
      expect(tests.length, id).toBeGreaterThan(0)
    }
  })

  test.each(rows)('$id is shown by tests that are there: $threat', async ({ tests }) => {
    for (const { file, title } of tests) {
      const source = await readFile(join(PROJECT_ROOT, file), 'utf8')
      expect(
        titlesOf(source).some((each) => each.includes(title)),
        `${file} has no test "${title}"`,
      ).toBe(true)
    }
  })
})

test('a title that no test has is not found, though the file says it somewhere', () => {
  const source =
    "// of elsewhere\nconst a = 'opens no socket'\nit('of elsewhere opens none', () => {})\nit.each([1])(\n  'by %i', () => {})"
  expect(titlesOf(source)).toEqual(['of elsewhere opens none', 'by %i'])
})

/** What stands where a test or a group of them is named. */
function titlesOf(source: string): string[] {
  // A table of cases may stand between `each` and its title.
  const named =
    /(?:\b(?:it|test|describe)(?:\.each\b[^\n]*)?|\])\)?\(\s*(?<quote>['"`])(?<title>(?:\\.|(?!\k<quote>).)*)\k<quote>/g
  return [...source.matchAll(named)].map(({ groups }) => groups?.title ?? '')
}
