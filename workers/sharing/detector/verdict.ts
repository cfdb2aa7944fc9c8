/** Owns the score of an account: 0 to 1, from its findings, with the words that explain it. */

import type { Account } from './account.ts'
import { type Findings, findingsOf } from './findings.ts'
import { FEATURES, type Feature, type Judgement } from './judgement.ts'

export interface Verdict {
  readonly account: string
  readonly score: number
  readonly flagged: boolean
  readonly evidence: string
}

const SCORE_DECIMALS = 6
/** Raised whenever the same events may give another score. */
export const DETECTOR_VERSION = 1

/** What speaks for a score: sentences, and how much each feature says of all that it can say. */
export interface Evidence {
  readonly reasons: readonly string[]
  readonly features: Readonly<Record<Feature, number>>
}

export function judge(account: Account, judgement: Judgement): Verdict {
  const findings = findingsOf(account, judgement)
  const score = scoreOf(findings, judgement)
  return {
    account: account.id,
    score,
    flagged: score >= judgement.threshold,
    evidence: reasonsOf(account, findings).join('; '),
  }
}

/** The score alone, and what speaks for it when that is asked. */
export function assess(account: Account, judgement: Judgement): { readonly score: number; explain(): Evidence } {
  const findings = findingsOf(account, judgement)
  return {
    score: scoreOf(findings, judgement),
    explain: () => ({ reasons: reasonsOf(account, findings), features: featuresOf(findings) }),
  }
}

export function scoreOf(findings: Findings, { bias, weights, ...judgement }: Judgement): number {
  const features = featuresOf(findings)
  let total = bias
  for (const feature of FEATURES) total += weights[feature] * features[feature]
  const full = 1 / (1 + Math.exp(-total))
  const enough = findings.spanDays >= judgement.leastSpanDays && findings.apart >= judgement.leastDaysApart
  const score = enough ? full : full * judgement.threshold * 0.99
  return Number(score.toFixed(SCORE_DECIMALS))
}

/** Where a feature says all that it can say. */
const FULL = { apart: 28, weeks: 4, atOnce: 6, homes: 5, alternation: 12, overuse: 12 } as const
/** A journey there and back, twice, is nobody's second home. */
const USUAL_ALTERNATIONS = 4

export function featuresOf(findings: Findings): Record<Feature, number> {
  const upTo = (value: number, full: number) => Math.min(1, Math.max(0, value / full))
  return {
    apart: upTo(Math.log1p(findings.apart), Math.log1p(FULL.apart)),
    weeks: upTo(findings.weeks, FULL.weeks),
    strangers: findings.apart > 0 ? findings.apart / (findings.apart + findings.together) : 0,
    atOnce: upTo(findings.daysAtOnce, FULL.atOnce),
    homes: upTo(findings.homes.length - 2, FULL.homes - 2),
    alternation: upTo(findings.alternations - USUAL_ALTERNATIONS, FULL.alternation - USUAL_ALTERNATIONS),
    overuse: upTo(Math.log1p(findings.overuseDays), Math.log1p(FULL.overuse)),
  }
}

function reasonsOf({ devices, plan }: Account, findings: Findings): string[] {
  const said: string[] = []
  const { homes } = findings
  if (homes.length > 1) {
    const sizes = homes.map((home) => home.devices.length).join(' + ')
    const far = findings.km >= 1 ? `up to ${Math.round(findings.km)} km apart` : 'on different lines'
    said.push(`${homes.length} groups of devices (${sizes}) ${far}`)
    said.push(`apart on ${days(Math.round(findings.apart))} in ${weeks(findings.weeks)}`)
    said.push(
      findings.nightsTogether === 0 ? 'never together at night' : `together on ${nights(findings.nightsTogether)}`,
    )
    if (findings.daysAtOnce > 0)
      said.push(`played at the same time for ${Math.round(findings.minutesAtOnce)} min on ${days(findings.daysAtOnce)}`)
  } else said.push(`${devices.size === 1 ? '1 device' : `${devices.size} devices`}, one household`)
  if (findings.overuseDays > 0) said.push(`more at once than ${plan} allows on ${days(findings.overuseDays)}`)
  return said
}

const counted = (word: string) => (n: number) => `${n} ${word}${n === 1 ? '' : 's'}`
const days = counted('day')
const nights = counted('night')
const weeks = counted('week')
