/** Owns how well scores agree with labels. */

export interface Judged {
  readonly score: number
  readonly flagged: boolean
  readonly shared: boolean
}

export interface Measures {
  /** Null where there is nothing to divide by. */
  readonly precision: number | null
  readonly recall: number | null
  readonly prAuc: number | null
  readonly truePositives: number
  readonly falsePositives: number
  readonly falseNegatives: number
  readonly trueNegatives: number
}

export function measure(judged: readonly Judged[]): Measures {
  const count = (flagged: boolean, shared: boolean) =>
    judged.filter((one) => one.flagged === flagged && one.shared === shared).length
  const truePositives = count(true, true)
  const falsePositives = count(true, false)
  const falseNegatives = count(false, true)
  return {
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, truePositives + falseNegatives),
    prAuc: averagePrecision(judged),
    truePositives,
    falsePositives,
    falseNegatives,
    trueNegatives: count(false, false),
  }
}

/** The area under precision over recall as a sum of steps, accounts of one score taken together. */
export function averagePrecision(judged: readonly Judged[]): number | null {
  const shared = judged.filter((one) => one.shared).length
  if (shared === 0) return null
  const ranked = [...judged].sort((a, b) => b.score - a.score)
  let area = 0
  let found = 0
  let foundBefore = 0
  ranked.forEach((one, index) => {
    if (one.shared) found += 1
    if (ranked[index + 1]?.score === one.score) return
    area += ((found - foundBefore) / shared) * (found / (index + 1))
    foundBefore = found
  })
  return area
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
