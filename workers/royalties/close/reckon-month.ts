/** Owns the reckoning of a frozen month: by contract, side of rights and model, over the same `reckon` as plain files. */

import type { RoyaltyAdjustment, RoyaltyLine, RoyaltyPool } from '../../../infra/postgres/ledger/enter-result.ts'
import type { RoyaltyModel } from '../../../infra/postgres/ledger/run.ts'
import type { Rights } from '../../../infra/postgres/ledger/transfer.ts'
import type { Reduced } from '../reckoning/base-weights.ts'
import { byBytes } from '../reckoning/byte-order.ts'
import { add } from '../reckoning/grouping.ts'
import type { Rational } from '../reckoning/rational.ts'
import { type PoolAmounts, reckon } from '../reckoning/reckon.ts'
import type { ClassBook } from './class-book.ts'
import { type Desk, deskOf } from './contract-desk.ts'
import { type Finding, Findings } from './findings.ts'
import { readFrozen } from './frozen-file.ts'
import type { Contract, FrozenMonth } from './frozen-month.ts'
import { grouped } from './grouped.ts'
import { minimumLines } from './minimum-lines.ts'
import { SIDES } from './payers.ts'
import { rulesJson, type TermsClass } from './terms-class.ts'

export interface ReckonedLine extends RoyaltyLine {
  /** The part of the holder in what his contract gets; undefined: nobody's. */
  readonly share: Rational | undefined
}

export interface ReckonedRun {
  readonly model: RoyaltyModel
  /** All that the model was told. */
  readonly rules: Readonly<Record<string, unknown>>
  readonly pools: readonly RoyaltyPool[]
  readonly lines: readonly ReckonedLine[]
  readonly adjustments: readonly RoyaltyAdjustment[]
}

/** A pool as the model divided it: what `explain` tells. */
export interface DividedPool {
  readonly rights: Rights
  readonly model: RoyaltyModel
  readonly amounts: PoolAmounts
}

export interface ReckonedMonth {
  readonly frozen: FrozenMonth
  /** By model. At least one, of nothing where there was nothing. */
  readonly runs: readonly ReckonedRun[]
  readonly divided: readonly DividedPool[]
  /** Streams that weigh less than others, and why. */
  readonly reduced: readonly (Omit<Reduced, 'recording'> & { readonly isrc: string; readonly rights: Rights })[]
  readonly streams: number
  readonly findings: readonly Finding[]
}

/** What cannot be reckoned is told in `findings`, and then the rest is not to be relied on. */
export async function reckonMonth(path: string): Promise<ReckonedMonth> {
  const findings = new Findings()
  const header = await readFrozen(path)
  const counting = deskOf(header, findings)
  if (counting.isDivided) await readFrozen(path, (stream) => counting.count(stream))
  const desk = counting.open()
  const adjustments: RoyaltyAdjustment[] = []
  let streams = 0
  await readFrozen(path, (row) => {
    streams += 1
    desk.enter(row)
    if (!row.isLate) return
    const { id: streamId, late } = row.stream()
    if (late !== undefined) adjustments.push({ streamId, belongedTo: late.month, reason: late.reason })
  })
  desk.check()
  const found = findings.list()
  if (found.length > 0) return { frozen: header, runs: [], divided: [], reduced: [], streams, findings: found }
  return { ...divide(header, desk, adjustments, findings), streams, findings: findings.list() }
}

function divide(frozen: FrozenMonth, desk: Desk, adjustments: readonly RoyaltyAdjustment[], findings: Findings) {
  const runs = new Map<RoyaltyModel, { pools: RoyaltyPool[]; lines: ReckonedLine[]; classes: TermsClass[] }>()
  const divided: DividedPool[] = []
  const reduced: ReckonedMonth['reduced'][number][] = [...flaggedIn(frozen)]
  for (const { kind, book, contractOf } of desk.books) {
    const run = runs.get(kind.rules.model) ?? { pools: [], lines: [], classes: [] }
    runs.set(kind.rules.model, run)
    run.classes.push(kind)
    const month = book.month()
    const { pools, reduced: less } = reckon(month, kind.rules)
    for (const { recording, ...why } of less)
      reduced.push({ ...why, isrc: month.recordings[recording]?.isrc ?? '', rights: kind.rights })
    const heard = heardIn(month)
    for (const amounts of pools) {
      divided.push({ rights: kind.rights, model: kind.rules.model, amounts })
      run.pools.push(poolOf(kind.rights, amounts, heard))
      // One by one: of a large pool they are more than a call takes.
      for (const line of linesOf(kind.rights, amounts, heard.streams.get(amounts.number) ?? new Map(), contractOf))
        run.lines.push(line)
    }
  }
  const shares = [...runs.values()].flatMap(({ lines }) => lines)
  for (const { model, line } of minimumLines(frozen, shares, desk, findings)) runs.get(model)?.lines.push(line)
  const sorted = [...runs].sort(([a], [b]) => byBytes(a, b))
  return {
    frozen,
    divided,
    reduced,
    runs: sorted.map(([model, { pools, lines, classes }], index) => ({
      model,
      rules: rulesJson(classes),
      pools: onePoolEach(pools),
      lines: inPlace(oneNobodyEach(lines)),
      adjustments: index === 0 ? adjustments : [],
    })),
  }
}

/** What the books keep and do not pay weighs nothing, whatever the terms. */
function* flaggedIn({ flagged }: FrozenMonth): Generator<ReckonedMonth['reduced'][number]> {
  for (const rights of SIDES)
    for (const { isrc, flags, streams } of flagged)
      yield { isrc, rights, reason: flags.join(' and '), weight: { num: 0n, den: 1n }, streams }
}

/** Rules that differ within a model divide parts of one pool. */
function onePoolEach(pools: readonly RoyaltyPool[]): RoyaltyPool[] {
  const parts = grouped(pools, ({ territory, tier, rights }) => [territory, tier, rights].join(' '))
  return [...parts.values()].map((some) => some.reduce(addPools))
}

function addPools(a: RoyaltyPool, b: RoyaltyPool): RoyaltyPool {
  const netRevenueMicros = a.netRevenueMicros + b.netRevenueMicros
  const amountMicros = a.amountMicros + b.amountMicros
  const [shareNum, shareDen] = netRevenueMicros === 0n ? [a.shareNum, a.shareDen] : [amountMicros, netRevenueMicros]
  const listeners = Math.max(a.listeners, b.listeners)
  return { ...a, netRevenueMicros, amountMicros, shareNum, shareDen, listeners, streams: a.streams + b.streams }
}

/** What is nobody's of a pool is one line. */
function oneNobodyEach(lines: readonly ReckonedLine[]): ReckonedLine[] {
  const nobodys = lines.filter(({ isrc }) => isrc === undefined)
  const parts = grouped(nobodys, ({ territory, tier, rights }) => [territory, tier, rights].join(' '))
  return [
    ...lines.filter(({ isrc }) => isrc !== undefined),
    ...[...parts.values()].map((some) => some.reduce(addLines)),
  ]
}

const addLines = (a: ReckonedLine, b: ReckonedLine): ReckonedLine => ({
  ...a,
  amountMicros: a.amountMicros + b.amountMicros,
})

interface HeardIn {
  /** By pool and recording. */
  readonly streams: ReadonlyMap<number, ReadonlyMap<number, number>>
  readonly listeners: ReadonlyMap<number, number>
}

function heardIn({ pools, recordings, streams, listeners }: ReturnType<ClassBook['book']['month']>): HeardIn {
  const counts = pools.map(() => new Int32Array(recordings.length))
  const people = new Map<number, number>()
  for (let stream = 0; stream < streams.count; stream += 1) {
    const pool = listeners.pool[streams.listener[stream] as number] as number
    add(counts[pool] as Int32Array, streams.recording[stream] as number, 1)
  }
  for (const pool of listeners.pool) people.set(pool, (people.get(pool) ?? 0) + 1)
  const heard = (ofPool: Int32Array) => new Map([...ofPool.entries()].filter(([, count]) => count > 0))
  return { streams: new Map(counts.map((ofPool, pool) => [pool, heard(ofPool)])), listeners: people }
}

function poolOf(rights: Rights, { pool, number, revenue, share, micros }: PoolAmounts, heard: HeardIn): RoyaltyPool {
  const counts = heard.streams.get(number)?.values() ?? []
  return {
    ...pool,
    rights,
    netRevenueMicros: revenue,
    shareNum: share.num,
    shareDen: share.den,
    amountMicros: micros,
    listeners: heard.listeners.get(number) ?? 0,
    streams: [...counts].reduce((all, one) => all + one, 0),
  }
}

function* linesOf(
  rights: Rights,
  { pool, recordings, unallocated }: PoolAmounts,
  heard: ReadonlyMap<number, number>,
  contractOf: (recording: number) => { readonly isrc: string; readonly contract: Contract },
): Generator<ReckonedLine> {
  const paid = new Map(recordings.map((one) => [one.recording, one]))
  for (const [recording, streams] of heard) {
    const { isrc, contract } = contractOf(recording)
    const amounts = new Map(paid.get(recording)?.holders.map(({ holder, micros }) => [holder, micros]))
    for (const { holder, num, den } of contract.parties)
      yield {
        kind: 'share',
        ...pool,
        rights,
        isrc,
        holderId: holder,
        contractId: contract.contract,
        contractVersion: contract.version,
        streams,
        // A recording that too few heard is told, with nothing.
        amountMicros: amounts.get(holder) ?? 0n,
        share: { num: BigInt(num), den: BigInt(den) },
      }
  }
  if (unallocated !== undefined)
    yield { kind: 'share', ...pool, rights, streams: 0, amountMicros: unallocated, share: undefined }
}

const placeOf = ({
  territory,
  tier,
  currency,
  rights,
  isrc = 'UNALLOCATED',
  holderId = '',
  kind,
  ...rest
}: RoyaltyLine) =>
  [
    territory,
    tier,
    currency,
    rights,
    isrc,
    holderId,
    kind,
    rest.contractId ?? '',
    String(rest.contractVersion ?? 0).padStart(6, '0'),
  ].join('\n')

/** The text of a place is made once a line, and not once a comparison. */
function inPlace(lines: readonly ReckonedLine[]): ReckonedLine[] {
  const placed = lines.map((line) => ({ line, place: placeOf(line) }))
  return placed.sort((a, b) => byBytes(a.place, b.place)).map(({ line }) => line)
}
