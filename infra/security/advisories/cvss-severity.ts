/** Owns how bad a hole is by its vector of CVSS 3: the base score, as FIRST defines it, and the word for that. */

type Weights = Readonly<Record<string, number>>

const ATTACK: Readonly<Record<'AV' | 'AC' | 'UI', Weights>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
}
const RIGHTS: Weights = { N: 0.85, L: 0.62, H: 0.27 }
const RIGHTS_BEYOND: Weights = { N: 0.85, L: 0.68, H: 0.5 }
const LOSS: Weights = { H: 0.56, L: 0.22, N: 0 }

/** Undefined: it is no such vector. */
export function cvssSeverity(vector: string): 'low' | 'moderate' | 'high' | 'critical' | undefined {
  const score = cvssScore(vector)
  if (score === undefined) return undefined
  if (score >= 9) return 'critical'
  if (score >= 7) return 'high'
  return score >= 4 ? 'moderate' : 'low'
}

export function cvssScore(vector: string): number | undefined {
  if (!/^CVSS:3\.[01]\//.test(vector)) return undefined
  const said = Object.fromEntries(vector.split('/').map((part) => part.split(':') as [string, string]))
  const weight = (metric: string, weights: Weights) => weights[said[metric] ?? ''] ?? Number.NaN
  const beyond = said.S === 'C'
  const losses = ['C', 'I', 'A'].map((metric) => 1 - weight(metric, LOSS))
  const loss = 1 - losses.reduce((product, each) => product * each, 1)
  const impact = beyond ? 7.52 * (loss - 0.029) - 3.25 * (loss - 0.02) ** 15 : 6.42 * loss
  const rights = weight('PR', beyond ? RIGHTS_BEYOND : RIGHTS)
  const ease = 8.22 * weight('AV', ATTACK.AV) * weight('AC', ATTACK.AC) * weight('UI', ATTACK.UI) * rights
  if (Number.isNaN(impact + ease)) return undefined
  if (impact <= 0) return 0
  return roundedUp(Math.min((beyond ? 1.08 : 1) * (impact + ease), 10))
}

/** To one decimal, without what floating point adds. */
function roundedUp(score: number): number {
  const whole = Math.round(score * 100_000)
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10
}
