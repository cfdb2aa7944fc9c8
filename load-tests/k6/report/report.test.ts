import { describe, expect, it } from 'vitest'
import type { LoadSettings } from '../settings.ts'
import { pageOf } from './page.ts'
import { type K6Summary, reportOf } from './report.ts'
import { textOf } from './text.ts'

const SETTINGS: LoadSettings = {
  scenario: 'steady',
  urls: ['ws://127.0.0.1:1/ws'],
  slowUrls: [],
  clients: { listener: 3 },
  clientsOfAVu: 25,
  seconds: 60,
  tokensFile: '/tokens.json',
  fetchAudio: false,
  thresholds: {},
  reportFolder: '/report',
  conditions: { generator: '2 × <processor>' },
}
const SUMMARY: K6Summary = {
  state: { testRunDurationMs: 61_234 },
  root_group: { checks: [{ name: 'was heard', passes: 2, fails: 1 }] },
  metrics: {
    'segue_rtt{role:listener}': {
      type: 'trend',
      contains: 'time',
      values: { min: 1, med: 4.25, 'p(95)': 31.4, 'p(99)': 90, max: 1_234.5, count: 40 },
      thresholds: { 'p(95)<250': { ok: true } },
    },
    checks: {
      type: 'rate',
      contains: 'default',
      values: { rate: 2 / 3, passes: 2, fails: 1 },
      thresholds: { 'rate==1': { ok: false } },
    },
    segue_gaps: {
      type: 'counter',
      contains: 'default',
      values: { count: 0, rate: 0 },
      thresholds: { 'count==0': { ok: true } },
    },
  },
}

describe('what a run came to', () => {
  const report = reportOf(SUMMARY, SETTINGS)

  it('has each threshold with what was seen, in its unit, and is kept only when all are', () => {
    expect(report.ok).toBe(false)
    expect(report.thresholds.map(({ metric, seen, ok }) => [metric, seen, ok])).toEqual([
      ['checks', '66.7 %', false],
      ['segue_gaps', '0', true],
      ['segue_rtt{role:listener}', '31.4 ms', true],
    ])
  })

  it('says on the terminal what was not kept, and which check failed', () => {
    expect(textOf(report)).toContain('✗ checks')
    expect(textOf(report)).toContain('was heard: 1 of 3 not')
    expect(textOf(report)).toContain('steady, 61 s: 1 of 3 thresholds were not kept')
  })

  it('is one page that loads nothing, in which foreign text is text', () => {
    const page = pageOf(report)
    expect(page).toContain('&#60;processor&#62;')
    expect(page).toContain('1,235 ms')
    expect(page).not.toMatch(/\b(?:src|href)=|@import|url\(/)
  })
})
