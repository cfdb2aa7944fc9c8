/**
 * Owns the close of a month: checked, frozen, reckoned, posted, written. Each step is known again by ids that are made from the
 * input, so that a close that was killed anywhere ends, when it is run again, as one that was not.
 */

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { ReportStore } from '../../../infra/minio/reports.ts'
import type { Pool } from '../../../infra/postgres/client.ts'
import { canonicalJson } from '../../../infra/postgres/ledger/canonical-json.ts'
import { enterResult } from '../../../infra/postgres/ledger/enter-result.ts'
import type { LedgerResult } from '../../../infra/postgres/ledger/ledger-problem.ts'
import { postTransfers } from '../../../infra/postgres/ledger/post-transfers.ts'
import { finishRun, startRun } from '../../../infra/postgres/ledger/run.ts'
import type { Transfer } from '../../../infra/postgres/ledger/transfer.ts'
import { transfersOfRun } from '../../../infra/postgres/ledger/transfers-of-run.ts'
import { derivedId } from '../../../infra/runtime/derived-id.ts'
import { StackProblem } from '../../../infra/stack/problem.ts'
import { COMPARED, changedSince } from './changed-since.ts'
import {
  type Close,
  closeOf,
  enterClose,
  enteredUntil,
  enterFile,
  filesOf,
  oldestEntry,
  setStatus,
  statusOf,
} from './close-book.ts'
import { CONTENT_TYPES, documentsOf, keyOf } from './documents.ts'
import { Findings, refuse } from './findings.ts'
import { readFrozen } from './frozen-file.ts'
import { packedBeside, putFrozen, takeFrozen } from './frozen-object.ts'
import { monthSpan } from './month-span.ts'
import type { ReckonedRun } from './reckon-month.ts'
import { type OffsetsAt, refuseUnready } from './refusals.ts'
import { settlementTransfers } from './settlement-transfers.ts'
import { takeSnapshot } from './snapshot.ts'
import { inFolder, reckonFrozen, type WrittenMonth } from './written-month.ts'

export interface CloseStores {
  readonly pool: Pool
  readonly reports: ReportStore
  readonly offsetsAt: OffsetsAt
}

export interface CloseOutcome {
  readonly month: string
  readonly status: 'closed' | 'nothing to do'
  readonly close_id: string
  readonly input_hash: string
  readonly streams?: number
  readonly late_streams?: number
  readonly runs?: readonly { readonly run_id: string; readonly model: string; readonly lines: number }[]
  readonly payouts?: readonly { readonly currency: string; readonly holders: number; readonly minor_units: string }[]
  readonly refunds_borne?: Readonly<Record<string, string>>
  readonly files?: number
  /** Entered since the month was closed; it keeps those that it was closed with. */
  readonly rates_added?: readonly string[]
}

export type CheckOutcome =
  | { readonly month: string; readonly status: 'ready'; readonly input_hash: string; readonly streams: number }
  | CloseOutcome

/** @param step is told what was done last. @throws {RefusedMonth} before anything is posted. */
export async function closeMonth(
  stores: CloseStores,
  month: string,
  now: Date,
  step: (done: string) => void,
): Promise<CloseOutcome> {
  const { pool } = stores
  const lock = await pool.connect()
  try {
    const { rows } = await lock.query<{ mine: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS mine',
      // One for all months: each is reckoned from what the ones before it booked.
      ['royalty close'],
    )
    if (rows[0]?.mine !== true) throw refuse('being-closed', `${month} waits: a month is being closed by another`)
    return await inFolder((folder) => close(stores, month, now, join(folder, 'inputs.jsonl'), step))
  } finally {
    // With its connection the lock ends too.
    lock.release(true)
  }
}

/** As `closeMonth`, up to where anything is written: what is in the way is told. @throws {RefusedMonth} */
export async function checkMonth(stores: CloseStores, month: string, now: Date): Promise<CheckOutcome> {
  const { pool } = stores
  const { firstDay } = monthSpan(month)
  const before = await closeOf(pool, firstDay)
  return await inFolder(async (folder) => {
    const path = join(folder, 'inputs.jsonl')
    if ((await statusOf(pool, firstDay)) === 'closed') return await closedBefore(stores, month, before, path)
    if (before === undefined) {
      await refuseUnready(pool, month, now, stores.offsetsAt)
      const { close, streams } = await snapshot(pool, month, now, path)
      await reckonFrozen(path, close)
      return { month, status: 'ready', input_hash: close.inputHash, streams }
    }
    await takeFrozen(stores.reports, before, path)
    const { month: reckoned } = await reckonFrozen(path, before)
    return { month, status: 'ready', input_hash: before.inputHash, streams: reckoned.streams }
  })
}

async function close(
  stores: CloseStores,
  month: string,
  now: Date,
  path: string,
  step: (done: string) => void,
): Promise<CloseOutcome> {
  const { pool, reports } = stores
  const { firstDay } = monthSpan(month)
  const before = await closeOf(pool, firstDay)
  const status = await statusOf(pool, firstDay)
  if (status === 'closed') return await closedBefore(stores, month, before, path)
  if (before === undefined) {
    // One that was killed before anything of it was frozen has not begun.
    if (status === 'closing') await setStatus(pool, firstDay, 'open')
    await refuseUnready(pool, month, now, stores.offsetsAt)
    step('nothing is in the way')
  } else {
    await takeFrozen(reports, before, path)
    step('the input was frozen before')
  }
  // From here on nothing is entered in it by hand, or by a bank: what is settled is what is frozen.
  await setStatus(pool, firstDay, 'closing')
  step('the month is closing')
  const frozen =
    before === undefined
      ? await freezeOrOpen(stores, month, now, path, step)
      : { close: before, borne: undefined, whole: await reckonFrozen(path, before) }
  const { whole } = frozen
  step('the month is reckoned')
  await post(pool, whole, frozen.close, step)
  const files = await write(stores, whole, frozen.close, step)
  for (const [index, run] of whole.month.runs.entries())
    ended(await finishRun(pool, whole.written.runIds[index] ?? '', resultHash(run)))
  step('the runs are finished')
  await setStatus(pool, firstDay, 'closed')
  step('the month is closed')
  return outcome(month, whole, frozen, files)
}

/** A month that is refused is open again. */
async function freezeOrOpen(...[stores, month, now, path, step]: Parameters<typeof freeze>) {
  try {
    return await freeze(stores, month, now, path, step)
  } catch (error) {
    const { firstDay } = monthSpan(month)
    if ((await closeOf(stores.pool, firstDay)) === undefined) await setStatus(stores.pool, firstDay, 'open')
    throw error
  }
}

async function freeze(
  { pool, reports }: CloseStores,
  month: string,
  now: Date,
  path: string,
  step: (done: string) => void,
): Promise<{ close: Close; borne: ReadonlyMap<string, bigint>; whole: WrittenMonth }> {
  const { close, borne, bytes } = await snapshot(pool, month, now, path)
  step('the input is read')
  // What cannot be reckoned is not frozen: it is mended, and read again.
  const { done: whole, packed } = await packedBeside(path, () => reckonFrozen(path, close))
  await putFrozen(reports, close, packed)
  step('the input is in the store')
  const { firstDay } = monthSpan(month)
  await enterClose(pool, firstDay, close, bytes)
  step('the input is frozen')
  return { close, borne, whole }
}

async function snapshot(pool: Pool, month: string, now: Date, path: string) {
  const findings = new Findings()
  const until = await enteredUntil(pool, now)
  const { endMs } = monthSpan(month)
  if (until.getTime() < endMs)
    throw refuse(
      'transaction-open',
      `${month} goes up to ${new Date(endMs).toISOString()}, and ${await oldestEntry(pool)}`,
    )
  const { file, refundsBorne: borne } = await takeSnapshot(pool, { month, until, path, findings })
  findings.throwAny()
  const { inputHash, partHashes, bytes, streams } = file
  const closeId = derivedId('royalty-close', `${month}\n${inputHash}`)
  const objectKey = keyOf(month, closeId, 'inputs.jsonl.gz')
  const close: Close = { closeId, inputHash, partHashes, objectKey, streamsUntil: until }
  return { close, borne, bytes, streams }
}

async function post(
  pool: Pool,
  { month: { frozen, runs }, settlements, written }: WrittenMonth,
  { inputHash, streamsUntil }: Close,
  step: (done: string) => void,
): Promise<void> {
  const { month } = frozen
  for (const [index, run] of runs.entries()) {
    const runId = written.runIds[index] ?? ''
    const { model, rules } = run
    ended(await startRun(pool, { month, model, rules, inputHash, streamsUntil }))
    step(`run ${model} is started`)
    ended(await enterResult(pool, runId, run))
    step(`run ${model} has its lines`)
    await postAll(pool, transfersOfRun(runId, month, run))
    step(`run ${model} is posted`)
  }
  for (const { step: name, transfers } of settlementTransfers(written.runIds[0] ?? '', frozen, settlements)) {
    await postAll(pool, transfers)
    step(name)
  }
}

async function postAll(pool: Pool, transfers: readonly Transfer[]): Promise<void> {
  if (transfers.length > 0) ended(await postTransfers(pool, transfers))
}

async function write(
  { pool, reports }: CloseStores,
  { month, written, settlements }: WrittenMonth,
  { closeId, inputHash, objectKey }: Close,
  step: (done: string) => void,
): Promise<number> {
  const { firstDay } = monthSpan(month.frozen.month)
  const known = await filesOf(pool, firstDay)
  if (!known.has(objectKey))
    throw new StackProblem(`the input ${inputHash} of ${closeId} is frozen, and no file says so`)
  let files = 1
  for await (const { key, kind, holderId, bytes, hash } of documentsOf(month, written, settlements)) {
    files += 1
    const before = known.get(key)
    if (before !== undefined && before.contentHash !== hash)
      throw new Error(
        `${key} was written as ${before.contentHash}, and is ${hash} now: the same input gave other bytes`,
      )
    if (before !== undefined) continue
    await reports.putBytes({ key, contentType: CONTENT_TYPES[kind], hash }, bytes)
    await enterFile(pool, firstDay, { objectKey: key, kind, contentHash: hash, bytes: bytes.length, holderId })
    step(`${key} is written`)
  }
  return files
}

/** A month that is closed stays as it is; it is only asked whether it was this that closed it. */
async function closedBefore(
  { pool, reports }: CloseStores,
  month: string,
  before: Close | undefined,
  path: string,
): Promise<CloseOutcome> {
  if (before === undefined)
    throw refuse('closed-by-other-inputs', `${month} was closed by hand, and no input of it is frozen`)
  const { closeId, inputHash, partHashes, streamsUntil } = before
  const done = { month, status: 'nothing to do', close_id: closeId, input_hash: inputHash } as const
  const findings = new Findings()
  const { file } = await takeSnapshot(pool, { month, until: streamsUntil, path, findings, withStreams: false })
  if (COMPARED.every((part) => file.partHashes[part] === partHashes[part])) return done
  const now = await readFrozen(path)
  await takeFrozen(reports, before, path)
  const { changes, ratesAdded } = changedSince(await readFrozen(path), now)
  if (changes.length > 0)
    throw refuse(
      'closed-by-other-inputs',
      `${month} was closed from the input ${inputHash}, and since then there is ${changes.join(', ')}`,
    )
  return { ...done, rates_added: ratesAdded }
}

function ended<T>(result: LedgerResult<T>): T {
  if (!result.ok) throw new StackProblem(`the ledger refuses it: ${result.problem.message}`)
  return result.value
}

function resultHash({ pools, lines }: ReckonedRun): string {
  const hash = createHash('sha256')
  for (const row of [...pools, ...lines]) hash.update(`${canonicalJson(row)}\n`)
  return hash.digest('hex')
}

function outcome(
  month: string,
  { month: { streams, runs }, settlements, written }: WrittenMonth,
  { close: { closeId, inputHash }, borne }: { close: Close; borne: ReadonlyMap<string, bigint> | undefined },
  files: number,
): CloseOutcome {
  const payouts = new Map<string, { holders: number; minor: bigint }>()
  for (const { holder, payoutMinor } of settlements) {
    if (payoutMinor === 0n) continue
    const sum = payouts.get(holder.currency) ?? { holders: 0, minor: 0n }
    payouts.set(holder.currency, { holders: sum.holders + 1, minor: sum.minor + payoutMinor })
  }
  return {
    month,
    status: 'closed',
    close_id: closeId,
    input_hash: inputHash,
    streams,
    late_streams: runs[0]?.adjustments.length ?? 0,
    runs: runs.map(({ model, lines }, index) => ({ run_id: written.runIds[index] ?? '', model, lines: lines.length })),
    payouts: [...payouts]
      .sort()
      .map(([currency, { holders, minor }]) => ({ currency, holders, minor_units: String(minor) })),
    ...(borne === undefined || borne.size === 0
      ? {}
      : { refunds_borne: Object.fromEntries([...borne].map(([c, m]) => [c, String(m)])) }),
    files,
  }
}
