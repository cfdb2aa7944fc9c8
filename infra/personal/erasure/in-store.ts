/** Owns the saying of which store failed: of several in one command, the error of one must not be told of another. */

import { StackProblem } from '../../stack/problem.ts'

export async function inStore<T>(
  store: 'Issuer' | 'Redis' | 'ClickHouse' | 'OpenSearch',
  work: Promise<T>,
): Promise<T> {
  try {
    return await work
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StackProblem(`${store}: ${why}; what was done stays done, run this again when it answers`, cause)
  }
}
