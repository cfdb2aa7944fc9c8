/** Owns writing the file of scores: by account as bytes, whole or not at all. */

import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'
import { FileProblem } from '../../plain-files/file-problem.ts'
import type { Verdict } from '../detector/verdict.ts'

const COLUMNS = ['account', 'score', 'flagged', 'evidence']

export async function writeScores(path: string, verdicts: readonly Verdict[]): Promise<void> {
  const aside = `${path}.${process.pid}.new`
  const rows = verdicts.map(({ account, score, flagged, evidence }) => [
    account,
    String(score),
    String(flagged),
    evidence,
  ])
  try {
    await pipeline(Readable.from(rows), stringify({ header: true, columns: COLUMNS }), createWriteStream(aside))
    await rename(aside, path)
  } catch (cause) {
    await rm(aside, { force: true })
    throw new FileProblem(path, undefined, cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

export function byAccount(a: Verdict, b: Verdict): number {
  return Buffer.compare(Buffer.from(a.account), Buffer.from(b.account))
}
