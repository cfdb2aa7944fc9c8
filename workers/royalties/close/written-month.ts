/** Owns a month as it was frozen, reckoned and settled again: what close, export, cross-check and explain begin with. */

import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { runIdOf } from '../../../infra/postgres/ledger/run.ts'
import { ownPath } from '../../../infra/stack/own-path.ts'
import type { Written } from '../statements/statement.ts'
import type { Close } from './close-book.ts'
import { Findings, RefusedMonth } from './findings.ts'
import { type ReckonedMonth, reckonMonth } from './reckon-month.ts'
import { type Settlement, settle } from './settlement.ts'

export interface WrittenMonth {
  readonly month: ReckonedMonth
  readonly settlements: readonly Settlement[]
  readonly written: Written
}

/** @throws {RefusedMonth} with what cannot be reckoned, or paid. */
export async function reckonFrozen(
  path: string,
  { closeId, inputHash }: Pick<Close, 'closeId' | 'inputHash'>,
): Promise<WrittenMonth> {
  const month = await reckonMonth(path)
  if (month.findings.length > 0) throw new RefusedMonth(month.findings)
  const findings = new Findings()
  const settlements = settle(month.frozen, month.runs, findings)
  findings.throwAny()
  const runIds = month.runs.map(({ model, rules }) =>
    runIdOf({ month: month.frozen.month, model, rules, inputHash, streamsUntil: new Date(0) }),
  )
  return { month, settlements, written: { frozen: month.frozen, closeId, inputHash, runIds } }
}

/** A folder of this process, which a close that is killed leaves to the next one. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await ownPath(tmpdir(), 'segue-royalties-')
  try {
    await mkdir(folder.path, { mode: 0o700 })
    return await work(folder.path)
  } finally {
    await folder.end()
  }
}
