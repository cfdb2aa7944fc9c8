import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROJECT_ROOT } from '../../infra/stack/folders.ts'
import { type Claim, isServer, isWork, judge, readClaims, worksOf } from './claims.ts'
import type { Found } from './result.ts'
import { WORKS } from './works.ts'

const claims = await readClaims()
const readme = await readFile(join(PROJECT_ROOT, 'README.md'), 'utf8')

/** The rows of the table in which the README says how fast the gateway is. */
function rowsOfTheReadme(): string[] {
  const section = readme.slice(readme.indexOf('## How fast'))
  const end = section.indexOf('\n## ', 1)
  const rows = section
    .slice(0, end < 0 ? undefined : end)
    .split('\n')
    .filter((line) => line.startsWith('|'))
  // Its head, and the line under it.
  return rows.slice(2).map((row) => row.split('|')[1]?.trim() ?? '')
}

describe('claims', () => {
  it('are the rows of the README, each once, and no row is without its claim', () => {
    expect(claims.map(({ sentence }) => sentence)).toEqual(rowsOfTheReadme())
  })

  it.each(claims)('$id says the number that is checked, and of what is measured', (claim) => {
    const { sentence, ratio, work, figure, server, over, over_work = work, command } = claim
    expect(sentence).toContain(ratio.toLocaleString('en'))
    expect(
      isWork(work) && figure in WORKS[work].figures && [...WORKS[work].servers].some((name) => name === server),
    ).toBe(true)
    expect(isWork(over_work)).toBe(true)
    if (over !== undefined) expect(isServer(over)).toBe(true)
    expect(command).toMatch(/^npm run bench -- /)
    for (const name of new Set([work, over_work])) expect(command).toContain(name)
  })

  it('have names of their own', () => {
    expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length)
  })

  const claim: Claim = {
    ...{ id: 'a', sentence: '2', command: 'npm run bench -- idle', work: 'idle', figure: 'rss_bytes', server: 'segue' },
    ...{ over: 'uws', ratio: 2, bound: 'most', tolerance: 0.1 },
  }
  const found = (ours: number): Found[] => [
    { work: 'idle', server: 'uws', runs: [{ rss_bytes: 10 }, { rss_bytes: 9 }, { rss_bytes: 30 }] },
    { work: 'idle', server: 'segue', runs: [{ rss_bytes: ours }] },
  ]

  it.each([
    [21, true],
    [22, true],
    [23, false],
  ])('hold when the medians do, within the tolerance: %d by 10', (ours, holds) => {
    expect(judge([claim], found(ours))[0]).toMatchObject({ holds, measured: ours / 10 })
  })

  it('do not hold when nothing was measured', () => {
    expect(judge([claim], [])[0]).toMatchObject({ holds: false, measured: undefined })
  })

  it('name what is to be measured', () => {
    expect(worksOf([claim], 3)).toEqual([{ works: ['idle'], servers: ['uws', 'segue'], runs: 3 }])
  })
})
