/** Owns what k6 leaves behind of a run: the same summary for people and for programs. */

import { pageOf } from '../report/page.ts'
import { type K6Summary, reportOf } from '../report/report.ts'
import { textOf } from '../report/text.ts'
import { settings } from './given.ts'

export function handleSummary(summary: K6Summary): Record<string, string> {
  const report = reportOf(summary, settings)
  const { reportFolder } = settings
  return {
    [`${reportFolder}/summary.json`]: `${JSON.stringify(report, null, 2)}\n`,
    [`${reportFolder}/summary.html`]: pageOf(report),
    stdout: textOf(report),
  }
}
