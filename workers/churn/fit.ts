/** Owns the fitting of weights by logistic regression: Newton's steps, with a small ridge so that they end. */

export interface Example {
  readonly features: readonly number[]
  readonly churned: boolean
}

const STEPS = 25
const RIDGE = 1

/** Of the constant first, then of each feature. */
export function fitWeights(examples: readonly Example[]): number[] {
  const size = 1 + (examples[0]?.features.length ?? 0)
  let weights = new Array<number>(size).fill(0)
  for (let step = 0; step < STEPS; step += 1) {
    const gradient = weights.map((weight, i) => (i === 0 ? 0 : -RIDGE * weight))
    const curvature: number[][] = weights.map((_, i) => weights.map((_, j) => (i === j && i > 0 ? RIDGE : 0)))
    for (const { features, churned } of examples) {
      const x = [1, ...features]
      const p = 1 / (1 + Math.exp(-x.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0)))
      for (let i = 0; i < size; i += 1) {
        const xi = x[i] ?? 0
        gradient[i] = (gradient[i] ?? 0) + ((churned ? 1 : 0) - p) * xi
        const row = curvature[i]
        if (row === undefined) continue
        for (let j = 0; j < size; j += 1) row[j] = (row[j] ?? 0) + p * (1 - p) * xi * (x[j] ?? 0)
      }
    }
    const change = solved(curvature, gradient)
    weights = weights.map((weight, i) => weight + (change[i] ?? 0))
  }
  return weights
}

/** `matrix * x = right` by elimination, the greatest pivot first. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0])
  const size = rows.length
  for (let column = 0; column < size; column += 1) {
    let best = column
    for (let row = column + 1; row < size; row += 1)
      if (Math.abs(rows[row]?.[column] ?? 0) > Math.abs(rows[best]?.[column] ?? 0)) best = row
    const [pivot = [], other = []] = [rows[best], rows[column]]
    rows[column] = pivot
    if (best !== column) rows[best] = other
    for (let row = 0; row < size; row += 1) {
      const target = rows[row]
      if (row === column || target === undefined) continue
      const factor = (target[column] ?? 0) / (pivot[column] ?? 1)
      for (let k = column; k <= size; k += 1) target[k] = (target[k] ?? 0) - factor * (pivot[k] ?? 0)
    }
  }
  return rows.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1))
}
