import { describe, expect, test } from 'vitest'
import { auditVerdict } from './audit-verdict.ts'

const vulnerability = (severity: string, fixAvailable: unknown = false) => ({
  name: 'parser',
  severity,
  range: '<2.0.1',
  via: [{ title: 'Prototype pollution', url: 'https://advisories.example/GHSA-1' }, 'helper'],
  fixAvailable,
})
const answered = (vulnerabilities: object) => JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: {} })

describe('an audit', () => {
  test.each(['high', 'critical'])('that finds something %s fails, and says what, why and what mends it', (severity) => {
    const fix = { name: 'parser', version: '2.0.1' }
    expect(auditVerdict(answered({ parser: vulnerability(severity, fix) }))).toEqual({
      kind: 'found',
      advisories: [
        `parser <2.0.1: ${severity}: Prototype pollution (https://advisories.example/GHSA-1), by helper; mended by parser 2.0.1`,
      ],
    })
  })

  test('that finds something without a mend fails as well', () => {
    expect(auditVerdict(answered({ parser: vulnerability('high') }))).toMatchObject({ kind: 'found' })
  })

  test('that finds nothing, or what is low, is clean', () => {
    expect(auditVerdict(answered({}))).toEqual({ kind: 'clean' })
    expect(auditVerdict(answered({ parser: vulnerability('moderate') }))).toEqual({ kind: 'clean' })
  })

  test.each([
    [
      'whose service is not there',
      JSON.stringify({ message: '405 Method Not Allowed - POST https://registry.example/bulk', statusCode: 405 }),
      '405 Method Not Allowed - POST the registry',
    ],
    ['that was cut off', '{"auditReportVersion": 2,', 'npm audit said nothing that can be read'],
    ['that said nothing', '', 'npm audit said nothing that can be read'],
  ])('%s knows nothing, and says so', (_which, text, why) => {
    expect(auditVerdict(text)).toEqual({ kind: 'unknown', why })
  })
})
