/** Owns what a run says at its end on the terminal: each threshold with what was seen, and the verdict. Pure. */

import type { Report } from './report.ts'

export function textOf({ scenario, ok, seconds, thresholds, checks }: Report): string {
  const width = Math.max(...thresholds.map(({ metric }) => metric.length), 0)
  const ruleWidth = Math.max(...thresholds.map(({ rule }) => rule.length), 0)
  const lines = thresholds.map(
    ({ metric, rule, seen, ok: kept }) =>
      `  ${kept ? '✓' : '✗'} ${metric.padEnd(width)}  ${rule.padEnd(ruleWidth)}  ${seen}`,
  )
  const failed = checks
    .filter(({ fails }) => fails > 0)
    .map(({ name, fails, passes }) => `  ✗ ${name}: ${fails} of ${fails + passes} not`)
  const broken = thresholds.filter((threshold) => !threshold.ok).length
  const verdict = ok ? 'every threshold was kept' : `${broken} of ${thresholds.length} thresholds were not kept`
  return `\n${[...lines, ...failed].join('\n')}\n\n  ${scenario}, ${seconds.toFixed(0)} s: ${verdict}\n`
}
