/** Owns writing the file of scores: by account as bytes, whole or not at all. */

import { writeWhole } from '../../plain-files/write-whole.ts'
import type { Verdict } from '../detector/verdict.ts'

const COLUMNS = ['account', 'score', 'flagged', 'evidence']

export async function writeScores(path: string, verdicts: readonly Verdict[]): Promise<void> {
  await writeWhole(path, COLUMNS, rowsOf(verdicts))
}

function* rowsOf(verdicts: readonly Verdict[]): Generator<string[]> {
  for (const { account, score, flagged, evidence } of verdicts)
    yield [account, String(score), String(flagged), evidence]
}

export function byAccount(a: Verdict, b: Verdict): number {
  return Buffer.compare(Buffer.from(a.account), Buffer.from(b.account))
}
