/** Owns the tests of the audit, over HTTP from a server that answers as OSV does. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { PROJECT_ROOT } from '../../stack/folders.ts'
import type { Acceptance } from './accepted.ts'
import { auditPins, holesOpen } from './audit-pins.ts'
import { cvssScore, cvssSeverity } from './cvss-severity.ts'
import { createOsv } from './osv.ts'
import { type OsvKnows, type OsvServer, startOsv } from './osv-server.ts'
import type { Pin } from './pins.ts'

const TODAY = '2026-11-30'
const PARSER: Pin = { ecosystem: 'npm', name: 'parser', version: '2.0.0' }
const LEXER: Pin = { ecosystem: 'PyPI', name: 'lexer', version: '1.4' }
const BROKER: Pin = { ecosystem: 'Maven', name: 'org.example:broker', version: '4.4.0' }
const STORE: Pin = { ecosystem: 'Go', name: 'example.org/store', version: '0.0.0-20260212201848-7aac2a2c5b7c' }
const PINS = [PARSER, LEXER, BROKER, STORE]

/** As GitHub's advisories are in OSV. */
const reviewed = (severity: string, name: string, fixed: string, more: object = {}) => ({
  summary: `A hole in ${name}`,
  database_specific: { severity, github_reviewed: true, cwe_ids: ['CWE-22'] },
  affected: [{ package: { name }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }] }],
  ...more,
})

let servers: OsvServer[] = []
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  servers = []
})

/** Long for an answer, and soon enough for a test that waits for none. */
const WITHIN_MS = 3_000

async function audited(knows: OsvKnows, accepted: readonly Acceptance[] = [], pins: readonly Pin[] = PINS) {
  const server = await startOsv(knows)
  servers.push(server)
  const source = createOsv({ url: server.url, withinMs: WITHIN_MS })
  const report = await auditPins(pins, source, { accepted, today: TODAY })
  return { report, batches: server.batches, open: holesOpen(report) }
}

describe('an audit', () => {
  test('of which nothing is known, or nothing that is bad, finds nothing', async () => {
    const { report } = await audited({
      pages: { 'npm parser 2.0.0': [['GHSA-low', 'GHSA-gone']], 'npm parser 1.0.0': [['GHSA-old']] },
      vulnerabilities: {
        'GHSA-low': reviewed('MODERATE', 'parser', '2.0.1'),
        'GHSA-gone': reviewed('CRITICAL', 'parser', '2.0.1', { withdrawn: '2026-02-01T00:00:00Z' }),
      },
    })
    expect(report.findings).toEqual([])
    expect(report.ecosystems).toEqual(PINS.map(({ ecosystem }) => ({ ecosystem, packages: 1 })))
  })

  test.each(['HIGH', 'CRITICAL'])('finds what is %s, says what mends it, and reads every page', async (severity) => {
    const { open, report } = await audited({
      pages: { 'npm parser 2.0.0': [['GHSA-low'], ['GHSA-mild'], ['GHSA-bad']] },
      vulnerabilities: {
        'GHSA-low': reviewed('LOW', 'parser', '2.0.1'),
        'GHSA-mild': reviewed('MODERATE', 'parser', '2.0.1'),
        'GHSA-bad': reviewed(severity, 'parser', '2.0.1', { aliases: ['CVE-2026-1'] }),
      },
    })
    expect(open).toEqual(report.findings)
    expect(open).toEqual([
      {
        pin: PARSER,
        ids: ['CVE-2026-1', 'GHSA-bad'],
        severity: severity.toLowerCase(),
        summary: 'A hole in parser',
        mendedBy: ['2.0.1'],
      },
    ])
  })

  test('takes a hole under several names for one, as bad as any says', async () => {
    const { open } = await audited({
      pages: {
        'Go example.org/store 0.0.0-20260212201848-7aac2a2c5b7c': [['GO-2026-1', 'GHSA-store']],
        'PyPI lexer 1.4': [['PYSEC-2026-7', 'PYSEC-2026-8']],
      },
      vulnerabilities: {
        'GO-2026-1': { summary: 'Paths', aliases: ['CVE-2026-2'], affected: [] },
        'GHSA-store': reviewed('HIGH', 'example.org/store', '0.0.0-2027', { aliases: ['CVE-2026-2'] }),
        'PYSEC-2026-7': {
          details: 'Reads beyond the end.\n\nMore of it.',
          severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
        },
        'PYSEC-2026-8': {
          details: 'Is slow.',
          severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L' }],
        },
      },
    })
    expect(open.map(({ ids, severity, summary }) => [ids, severity, summary])).toEqual([
      [['PYSEC-2026-7'], 'critical', 'Reads beyond the end.'],
      [['CVE-2026-2', 'GHSA-store', 'GO-2026-1'], 'high', 'A hole in example.org/store'],
    ])
  })

  test('finds what nobody has rated', async () => {
    const { open } = await audited({
      pages: { 'Maven org.example:broker 4.4.0': [['CVE-2026-3']] },
      vulnerabilities: { 'CVE-2026-3': { summary: 'Something' } },
    })
    expect(open).toMatchObject([{ severity: 'unrated', mendedBy: [] }])
  })

  const bad: OsvKnows = {
    pages: { 'npm parser 2.0.0': [['GHSA-bad']] },
    vulnerabilities: { 'GHSA-bad': reviewed('HIGH', 'parser', '2.0.1', { aliases: ['CVE-2026-1'] }) },
  }
  const acceptance = { package: 'parser', why: 'It is given no path of others.' }

  test('lets be what is accepted, by any of its names, until the end of its last day', async () => {
    const one = { ...acceptance, id: 'CVE-2026-1', until: TODAY }
    const { open, report } = await audited(bad, [one])
    expect(open).toEqual([])
    expect(report.findings).toMatchObject([{ pin: PARSER, accepted: one }])
    expect(report.needless).toEqual([])
  })

  test('counts again what was accepted until yesterday, and what is accepted of another package', async () => {
    const over = { ...acceptance, id: 'GHSA-bad', until: '2026-11-29' }
    expect((await audited(bad, [over])).open).toMatchObject([{ pin: PARSER, expired: over }])
    const other = { ...acceptance, id: 'GHSA-bad', package: 'lexer', until: '2027-01-01' }
    const { open, report } = await audited(bad, [other])
    expect(open).toMatchObject([{ pin: PARSER }])
    expect(report.needless).toEqual([other])
  })

  test.each([
    ['answers 500', { PyPI: 500 }, 'it answered 500'],
    ['does not answer', { PyPI: 'silent' }, 'it did not answer within 3 s'],
  ] as const)('says of which packages nothing is known when OSV %s', async (_how, fails, why) => {
    const { open, report } = await audited({ ...bad, fails }, [
      { ...acceptance, id: 'GHSA-other', until: '2027-01-01' },
    ])
    expect(report.ecosystems).toEqual([
      { ecosystem: 'npm', packages: 1 },
      { ecosystem: 'PyPI', packages: 1, unknown: why },
      { ecosystem: 'Maven', packages: 1 },
      { ecosystem: 'Go', packages: 1 },
    ])
    expect(open).toMatchObject([{ pin: PARSER }])
    // What was not asked about may still be there.
    expect(report.needless).toEqual([])
  })

  test('knows nothing of packages one of whose advisories cannot be read', async () => {
    for (const fails of [{ 'GHSA-bad': 500 }, { 'GHSA-bad': 'silent' }] as const) {
      const { report } = await audited({ ...bad, fails })
      expect(report.ecosystems[0]).toMatchObject({ ecosystem: 'npm', unknown: expect.any(String) })
    }
    const { report } = await audited({ ...bad, vulnerabilities: {} })
    expect(report.ecosystems[0]).toMatchObject({ unknown: 'it answered 404' })
  })

  test('tells what it could read beside an advisory that it could not', async () => {
    const { open, report } = await audited({
      ...bad,
      pages: { ...bad.pages, 'npm parser 2.0.0': [['GHSA-lost', 'GHSA-bad']] },
    })
    expect(report.ecosystems[0]).toMatchObject({ ecosystem: 'npm', unknown: 'it answered 404' })
    expect(open).toMatchObject([{ pin: PARSER }])
  })

  test('asks about no more than a thousand at once', async () => {
    const many = Array.from({ length: 2_300 }, (_, at): Pin => ({ ...PARSER, name: `p${at}` }))
    const { batches, open } = await audited(
      {
        pages: { 'npm p2299 2.0.0': [[], ['GHSA-bad']] },
        vulnerabilities: { 'GHSA-bad': reviewed('HIGH', 'p2299', '3') },
      },
      [],
      many,
    )
    expect(batches).toEqual([1_000, 1_000, 300, 1])
    expect(open).toMatchObject([{ pin: { name: 'p2299' }, mendedBy: ['3'] }])
  })

  test('whose server is not there knows nothing', async () => {
    const source = createOsv({ url: 'http://127.0.0.1:9', withinMs: WITHIN_MS })
    const { ecosystems } = await auditPins([PARSER], source, { accepted: [], today: TODAY })
    expect(ecosystems).toMatchObject([{ unknown: expect.stringMatching(/^it is not reached/) }])
  })
})

describe('npm run audit', () => {
  /** All packages of the project, at a server that knows `knows`. */
  async function run(knows: OsvKnows, args: readonly string[] = []) {
    const server = await startOsv(knows)
    servers.push(server)
    const env = { ...process.env, SEGUE_OSV_URL: server.url, SEGUE_OSV_WITHIN_MS: '60000' }
    const words = ['--import', 'tsx', 'infra/security/audit.ts', ...args]
    return await promisify(execFile)(process.execPath, words, { cwd: PROJECT_ROOT, env }).then(
      (output) => ({ ...output, code: 0 }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    )
  }
  const nothing: OsvKnows = { pages: {}, vulnerabilities: {} }

  test('ends well when all was told and nothing is bad', async () => {
    const { code, stdout } = await run(nothing, ['--must-know'])
    expect(stdout).toMatch(/^npm: \d{3,} packages were asked about\nPyPI: .*\nMaven: .*\nGo: .*\nno known hole/)
    expect(code).toBe(0)
  })

  test('says what is not known, and ends well unless it must know', async () => {
    const away: OsvKnows = { ...nothing, fails: { Go: 500 } }
    const { code, stderr } = await run(away)
    expect(stderr).toMatch(/^Go: NOT CHECKED, \d{3,} packages: OSV cannot be asked: it answered 500\n/)
    expect(code).toBe(0)
    expect((await run(away, ['--must-know'])).code).toBe(2)
  })

  test('fails when something is found, whatever else is not known', async () => {
    const { default: lock } = await import('../../../package-lock.json', { with: { type: 'json' } })
    const { version } = lock.packages['node_modules/msgpackr']
    const { code, stderr } = await run({
      pages: { [`npm msgpackr ${version}`]: [['GHSA-bad']] },
      vulnerabilities: { 'GHSA-bad': reviewed('HIGH', 'msgpackr', '99.0.0') },
      fails: { Go: 500 },
    })
    expect(stderr).toContain(`npm msgpackr ${version}: high: A hole in msgpackr (GHSA-bad); mended by 99.0.0\n`)
    expect(code).toBe(1)
  })
})

test.each([
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8, 'critical'],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10, 'critical'],
  ['CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', 7.5, 'high'],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1, 'moderate'],
  ['CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N', 5.5, 'moderate'],
  ['CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N', 3.7, 'low'],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0, 'low'],
  ['CVSS:3.1/AV:N/AC:L', undefined, undefined],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', undefined, undefined],
])('%s scores %s: %s', (vector, score, word) => {
  expect(cvssScore(vector)).toBe(score)
  expect(cvssSeverity(vector)).toBe(word)
})
