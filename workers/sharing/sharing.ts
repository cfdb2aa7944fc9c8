/** Owns the worker `sharing`: what plays where into states and scores of accounts, saved with the offset they stand for (ADR 0012). */

import {
  type BatchControl,
  type ConsumedBatch,
  type RunningConsumer,
  runConsumer,
  UNHURRIED,
} from '../../infra/kafka/consumer.ts'
import { groupOf } from '../../infra/kafka/users.ts'
import { createPool, inTransaction } from '../../infra/postgres/client.ts'
import { createRedis } from '../../infra/redis/client.ts'
import { TOPICS } from '../../protocol/events/topics.ts'
import { lagOf } from '../metrics.ts'
import { lockOffset, readOffset } from '../offset-book.ts'
import { FileProblem } from '../plain-files/file-problem.ts'
import { UnknownVersionError } from '../playback-record.ts'
import { untilDone } from '../retry.ts'
import { SentBack } from '../sent-back.ts'
import { Troubles } from '../troubles.ts'
import { type CreateWorker, DRAIN_WITHIN_MS } from '../worker.ts'
import { LIMITS } from './detector/limits.ts'
import { type Rules, USUAL_RULES } from './detector/rules.ts'
import { expire } from './live/expiry.ts'
import { nudge } from './live/nudges.ts'
import { PartitionWatch, StaleWatch } from './live/partition-watch.ts'
import { readBatch } from './live/read-batch.ts'
import type { CaseScore } from './live/watched.ts'
import { readNetworks } from './networks-file.ts'

const NAME = 'sharing'
const CLIENT_ID = 'segue-sharing'
const GROUP = groupOf('sharing')
/** Saved at the latest when so many accounts wait for it. */
const MOST_UNSAVED_ACCOUNTS = 50_000
/** Who plays at this moment can be told; what is read again after days is nobody's news. */
const FRESH_MS = 15 * 60_000
const LOOK_EVERY_MS = 1_000
/** A statement of a checkpoint carries thousands of states. */
const QUERY_TIMEOUT_MS = 30_000

interface Held {
  readonly watch: PartitionWatch
  readonly signal: AbortSignal
}

export const createSharing: CreateWorker<'sharing'> = ({ config, metrics, tracing, log }) => {
  const { mode, caseFrom, nudgeFrom, nudgeEveryDays, checkpointMs, accountsInMemory, expiryMs } = config
  const { travel, networksFile } = config
  /** Read before the topic is. */
  let rules = USUAL_RULES
  const pool = createPool(config.postgres.url, {
    applicationName: CLIENT_ID,
    queryTimeoutMs: QUERY_TIMEOUT_MS,
    log,
  })
  const redis = createRedis(config.redis, log)
  const troubles = new Troubles()
  const sentBack = new SentBack()
  const held = new Map<number, Held>()
  /** Partitions whose last batch did not reach the end. */
  const lagging = new Set<number>()
  let consumer: RunningConsumer | undefined
  let timers: NodeJS.Timeout[] = []
  /** A save by the timer and a batch take turns. */
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  const at = (partition: number) => ({ group: GROUP, topic: TOPICS.playbackEvents.name, partition })
  const startWatch = (partition: number, savedTo: bigint, signal: AbortSignal): PartitionWatch => {
    const watch = new PartitionWatch({ pool, at: at(partition), savedTo, caseFrom, rules, accountsInMemory })
    held.set(partition, { watch, signal })
    return watch
  }

  /** The watch that goes on with this batch; undefined: it was sent to where the books stand. */
  async function watchOf(batch: ConsumedBatch, control: BatchControl): Promise<PartitionWatch | undefined> {
    const { partition } = batch
    const first = batch.records[0]?.offset ?? batch.nextOffset
    const known = held.get(partition)
    if (known?.signal === control.signal && first <= known.watch.readTo && batch.endOffset >= known.watch.readTo)
      return known.watch
    // Another membership, or a place that it does not expect: what was not saved is read again.
    held.delete(partition)
    const booksAt = await inTransaction(pool, (client) => lockOffset(client, at(partition)))
    const isAnew = batch.endOffset < booksAt
    if (isAnew)
      log.error({ ...at(partition), books: String(booksAt) }, 'the topic ends before what was read: it is another one')
    if (isAnew) return startWatch(partition, booksAt, control.signal).restart(first)
    if (first > booksAt && !sentBack.knows(partition, booksAt, control.signal)) {
      sentBack.note(partition, booksAt, control.signal)
      control.seek(booksAt)
      return undefined
    }
    sentBack.forget(partition)
    if (first > booksAt) {
      metrics.sharingGaps.inc(Number(first - booksAt))
      log.error({ ...at(partition), from: String(booksAt), to: String(first) }, 'Kafka no longer has what was not read')
    }
    return startWatch(partition, booksAt, control.signal)
  }

  /** Until it works, or the partition is another's; meanwhile the worker is not ready. */
  async function insist<T>(partition: number, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
    const stale = new AbortController()
    try {
      return await untilDone(
        () =>
          attempt().catch((error: unknown) => {
            if (error instanceof StaleWatch) stale.abort(error)
            throw error
          }),
        {
          signal: AbortSignal.any([signal, stale.signal]),
          onFailure(error, pauseMs) {
            if (error instanceof StaleWatch) return
            troubles.begin(partition)
            metrics.retries.inc({ worker: NAME })
            const details = { err: error, partition, pause_ms: pauseMs }
            if (error instanceof UnknownVersionError)
              log.error(details, 'a partition is held by a record of another version')
            else log.warn(details, 'PostgreSQL does not take states, trying again')
          },
        },
      )
    } catch (error) {
      throw stale.signal.aborted ? stale.signal.reason : error
    } finally {
      troubles.end(partition)
    }
  }

  async function save(partition: number, { watch, signal }: Held): Promise<void> {
    try {
      const { states, scores, created } = await insist(partition, signal, () => watch.save())
      metrics.sharingCheckpoints.inc({ result: 'saved' })
      metrics.sharingStates.inc(states)
      metrics.sharingCases.inc({ result: 'new' }, created)
      metrics.sharingCases.inc({ result: 'changed' }, scores.length - created)
      await nudgeThose(scores)
    } catch (error) {
      if (!(error instanceof StaleWatch)) throw error
      metrics.sharingCheckpoints.inc({ result: 'stale' })
      log.info({ partition }, error.message)
      if (held.get(partition)?.watch === watch) held.delete(partition)
    }
  }

  async function nudgeThose(scores: readonly CaseScore[]): Promise<void> {
    if (mode !== 'nudge') return
    const due = scores.filter(({ score, atMs }) => score >= nudgeFrom && atMs >= Date.now() - FRESH_MS)
    for (const account of new Set(due.map((scored) => scored.account))) {
      try {
        const result = await nudge({ pool, redis, everyDays: nudgeEveryDays, from: nudgeFrom }, account)
        metrics.sharingNudges.inc({ result })
      } catch (error) {
        // The score is saved; the account is asked another day.
        log.warn({ err: error }, 'an account could not be asked to verify its household')
      }
    }
  }

  const isDue = ({ unsavedSinceMs, unsavedAccounts }: PartitionWatch): boolean =>
    unsavedAccounts >= MOST_UNSAVED_ACCOUNTS ||
    (unsavedSinceMs !== undefined && Date.now() - unsavedSinceMs >= checkpointMs)

  async function handle(batch: ConsumedBatch, control: BatchControl): Promise<void> {
    const { partition } = batch
    const { signal } = control
    const watch = await insist(partition, signal, () => watchOf(batch, control))
    if (watch === undefined) return
    const { events, unreadable } = await insist(partition, signal, async () => {
      const read = readBatch(batch.records, watch.readTo)
      await watch.fetch(read.accounts)
      return read
    })
    complain(unreadable)
    signal.throwIfAborted()
    watch.take(events, batch.nextOffset, Date.now())
    metrics.sharingEvents.inc(events.length)
    if (batch.nextOffset < batch.endOffset) lagging.add(partition)
    else lagging.delete(partition)
    if (isDue(watch)) await save(partition, { watch, signal })
    // A hint for whoever watches the lag of the group; what counts is in the books.
    if (held.get(partition)?.watch === watch) await control.commit(watch.savedTo)
  }

  function complain(unreadable: readonly { readonly offset: bigint; readonly reason: string }[]): void {
    const [first] = unreadable
    if (first === undefined) return
    metrics.sharingUnreadable.inc(unreadable.length)
    log.error(
      { records: unreadable.length, offset: String(first.offset), reason: first.reason },
      'records that cannot be read were left out',
    )
  }

  /** What nobody plays any more is saved by the clock. */
  async function saveDue(all: boolean): Promise<void> {
    for (const [partition, each] of [...held]) {
      if (each.watch.unsavedSinceMs === undefined || !(all || isDue(each.watch))) continue
      // Right or stale, whoever the partition is given to: the books decide.
      await save(partition, { watch: each.watch, signal: AbortSignal.timeout(DRAIN_WITHIN_MS) })
    }
  }

  async function forgetOld(): Promise<void> {
    const aged = await expire(pool, Date.now(), [...lagging], rules.kindOf)
    metrics.sharingAged.inc(aged)
    if (aged > 0) log.info({ states: aged }, 'what was older than 28 days was forgotten')
  }

  /** One at a time; a failure is told, and is tried again with the next. */
  const every = (ms: number, why: string, work: () => Promise<void>): NodeJS.Timeout => {
    let isUnderWay = false
    return setInterval(() => {
      if (isUnderWay) return
      isUnderWay = true
      work()
        .catch((error: unknown) => log.warn({ err: error }, why))
        .finally(() => {
          isUnderWay = false
        })
    }, ms)
  }

  return {
    name: NAME,
    async start() {
      rules = await rulesOf(travel, networksFile)
      log.info(
        { mode, case_from: caseFrom, nudge_from: nudgeFrom, travel, networks_file: networksFile },
        'accounts are watched',
      )
      consumer = runConsumer(
        config.kafka,
        {
          clientId: CLIENT_ID,
          groupId: GROUP,
          topic: TOPICS.playbackEvents.name,
          gather: UNHURRIED,
          booksAt: (partition) => readOffset(pool, at(partition)),
          tracing,
          lag: lagOf(metrics, NAME),
          handle: (batch, control) => inTurn(() => handle(batch, control)),
        },
        log,
      )
      timers = [
        every(Math.min(LOOK_EVERY_MS, checkpointMs), 'states could not be saved', () => inTurn(() => saveDue(false))),
        every(expiryMs, 'old states could not be looked through', forgetOld),
      ]
    },
    ready: () => !troubles.any && consumer?.joined() === true,
    async drain(deadline) {
      for (const timer of timers) clearInterval(timer)
      await consumer?.stop(Math.min(deadline - Date.now(), DRAIN_WITHIN_MS))
      // What is left is read again.
      await inTurn(() => saveDue(true)).catch((error: unknown) => log.warn({ err: error }, 'states were not saved'))
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await consumer?.stop(DRAIN_WITHIN_MS)
      redis.disconnect()
      await pool.end()
    },
  }
}

/** @throws {Error} when a file of networks is named that cannot be used. */
async function rulesOf(travel: Rules['limits']['travel'], networksFile: string): Promise<Rules> {
  const limits = { ...LIMITS, travel }
  if (networksFile === '') return { ...USUAL_RULES, limits }
  try {
    return { limits, kindOf: await readNetworks(networksFile) }
  } catch (cause) {
    if (!(cause instanceof FileProblem)) throw cause
    throw new Error(`SEGUE_SHARING_NETWORKS_FILE cannot be used: ${cause.message}`, { cause })
  }
}
