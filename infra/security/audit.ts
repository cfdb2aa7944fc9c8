/** Owns the audit of the packages that are shipped: an advisory that is high or critical fails, a service that does not answer is said and does not. */

import { spawnSync } from 'node:child_process'
import { PROJECT_ROOT } from '../stack/folders.ts'
import { auditVerdict } from './audit-verdict.ts'

const WITHIN_MS = 120_000

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: PROJECT_ROOT,
  encoding: 'utf8',
  timeout: WITHIN_MS,
})
const verdict = auditVerdict(stdout ?? '')

if (verdict.kind === 'clean') console.log('advisories: none that is high or critical')
if (verdict.kind === 'unknown') {
  console.warn(`advisories: NOT CHECKED, as they cannot be asked for here: ${verdict.why}`)
  console.warn('this says nothing of the packages: run npm run audit where the registry answers')
}
if (verdict.kind === 'found') {
  for (const advisory of verdict.advisories) console.error(advisory)
  process.exitCode = 1
}
