/** Owns the worker `search`: rows that changed, as Kafka tells of them, looked at in PostgreSQL and written to OpenSearch; the index built where there is none that is whole. */

import { setTimeout as pause } from 'node:timers/promises'
import { type BatchControl, type ConsumedBatch, type RunningConsumer, runConsumer } from '../../infra/kafka/consumer.ts'
import { groupOf } from '../../infra/kafka/users.ts'
import { indicesThatHear } from '../../infra/opensearch/catalog-indices.ts'
import { createOpenSearch, type OpenSearch } from '../../infra/opensearch/client.ts'
import { documentId } from '../../infra/opensearch/documents.ts'
import { writeDocuments } from '../../infra/opensearch/write-documents.ts'
import { createPool, type Pool, type PoolClient } from '../../infra/postgres/client.ts'
import { TOPICS } from '../../protocol/events/topics.ts'
import { asTheOnly } from '../as-the-only.ts'
import { lagOf } from '../metrics.ts'
import { untilDone } from '../retry.ts'
import { type CreateWorker, DRAIN_WITHIN_MS, type Worker, type WorkerContext } from '../worker.ts'
import { affectedBy } from './affected.ts'
import { type Change, changeOf } from './changes.ts'
import { refreshPopularity } from './popularity.ts'
import { readByKey } from './read-documents.ts'
import { areSeen, logPlace, placeNow } from './reading.ts'
import { rebuild, whyRebuild } from './rebuild.ts'

const NAME = 'search'
export const CLIENT_ID = 'segue-search'
export const GROUP = groupOf('search')
/** Of whom rebuilds the index. */
export const REBUILD_LOCK = 'search.rebuild'
const POPULARITY_LOCK = 'search.popularity'
/** Somebody may look for what was just released. */
const GATHER = { bytes: 1, withinMs: 100 } as const
/** An artist may have thousands of tracks. */
const MOST_DOCUMENTS = 2_000
const UNSEEN_PAUSE_MS = 5
/** A page of a rebuild, and how popular all tracks are. */
const QUERY_WITHIN_MS = 120_000
const LOOK_EVERY_MS = 5_000

export const createSearch: CreateWorker<'search'> = (context) => {
  const { url } = context.config.opensearch
  // A start without OpenSearch has nothing to write to: its changes are in Kafka, and its rows in PostgreSQL.
  if (url === undefined) return { name: NAME, async start() {}, async stop() {}, ready: () => true }
  const { config, log } = context
  const pool = createPool(config.postgres.url, {
    applicationName: CLIENT_ID,
    queryTimeoutMs: QUERY_WITHIN_MS,
    log,
  })
  return createWorker(context, createOpenSearch(url), pool)
}

function createWorker({ config, metrics, log }: WorkerContext<'search'>, client: OpenSearch, pool: Pool): Worker {
  const stopping = new AbortController()
  let consumer: RunningConsumer | undefined
  let tending: Promise<void> = Promise.resolve()

  /** Looks at what changed and writes it. Again, or in another order, it comes to the same. */
  async function follow(
    rows: PoolClient,
    changes: readonly Change[],
    heardAtMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const transactions = changes.map(({ transaction }) => transaction)
    while (!(await areSeen(rows, transactions))) await pause(UNSEEN_PAUSE_MS, undefined, { signal })
    const version = logPlace(await placeNow(rows))
    const keys = await affectedBy(rows, changes)
    const indices = await indicesThatHear(client)
    for (let at = 0; at < keys.length; at += MOST_DOCUMENTS) {
      signal.throwIfAborted()
      const some = keys.slice(at, at + MOST_DOCUMENTS)
      const documents = await readByKey(rows, some)
      const found = new Set(documents.map(documentId))
      const gone = some.filter((key) => !found.has(documentId(key)))
      const counts = await writeDocuments(client, { indices, version, documents, gone })
      for (const [result, count] of Object.entries(counts)) metrics.searchDocuments.inc({ result }, count)
    }
    const writtenAtMs = Date.now()
    const seconds = (from: number, to: number) => Math.max(0, to - from) / 1000
    for (const { committedAtMs, capturedAtMs } of changes) {
      metrics.searchDelay.observe(seconds(committedAtMs, writtenAtMs))
      metrics.searchPartSeconds.observe({ part: 'captured' }, seconds(committedAtMs, capturedAtMs))
      metrics.searchPartSeconds.observe({ part: 'heard' }, seconds(capturedAtMs, heardAtMs))
      metrics.searchPartSeconds.observe({ part: 'written' }, seconds(heardAtMs, writtenAtMs))
    }
  }

  async function handle(batch: ConsumedBatch, control: BatchControl): Promise<void> {
    const { partition } = batch
    const heardAtMs = Date.now()
    const changes = batch.records.map(changeOf)
    await untilDone(() => withClient((rows) => follow(rows, changes, heardAtMs, control.signal)), {
      signal: control.signal,
      onFailure(error, pauseMs) {
        metrics.retries.inc({ worker: NAME })
        log.warn({ err: error, partition, pause_ms: pauseMs }, 'changes cannot be written, trying again')
      },
    })
    await control.commit(batch.nextOffset)
  }

  async function withClient<T>(work: (rows: PoolClient) => Promise<T>): Promise<T> {
    const rows = await pool.connect()
    let broken: Error | undefined
    try {
      return await work(rows)
    } catch (cause) {
      broken = cause instanceof Error ? cause : new Error(String(cause))
      throw cause
    } finally {
      rows.release(broken)
    }
  }

  async function buildIfNeeded(): Promise<void> {
    const why = await withClient((rows) => whyRebuild(client, rows))
    if (why === undefined) return
    await asTheOnly(pool, REBUILD_LOCK, async (rows) => {
      log.info({ why }, 'the index is built anew')
      const { index, documents } = await rebuild(client, rows, stopping.signal)
      metrics.searchRebuilds.inc()
      log.info({ index, documents }, 'the index is built')
    })
  }

  async function tend(signal: AbortSignal): Promise<void> {
    let popularAtMs = 0
    let isInTrouble = false
    while (!signal.aborted) {
      try {
        await buildIfNeeded()
        isInTrouble = false
        if (Date.now() - popularAtMs >= config.popularityMs) {
          popularAtMs = Date.now()
          await asTheOnly(pool, POPULARITY_LOCK, async (rows) => {
            log.debug({ changed: await refreshPopularity(rows) }, 'how popular tracks are was looked at')
          })
        }
      } catch (error) {
        if (signal.aborted) return
        metrics.retries.inc({ worker: NAME })
        // Said once an outage.
        log[isInTrouble ? 'debug' : 'warn']({ err: error }, 'the index cannot be tended now, trying again')
        isInTrouble = true
      }
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  return {
    name: NAME,
    async start() {
      const topic = TOPICS.catalogChanges.name
      const options = {
        clientId: CLIENT_ID,
        groupId: GROUP,
        topic,
        gather: GATHER,
        concurrency: 3,
        lag: lagOf(metrics, NAME),
        handle,
      }
      consumer = runConsumer(config.kafka, options, log)
      tending = tend(stopping.signal)
    },
    // OpenSearch may come later than the workers, or be away: that is told of it, and no reason to take the workers for broken.
    ready: () => consumer?.joined() === true,
    async drain(deadline) {
      stopping.abort()
      await consumer?.stop(Math.min(deadline - Date.now(), DRAIN_WITHIN_MS))
    },
    async stop() {
      stopping.abort()
      await consumer?.stop(DRAIN_WITHIN_MS)
      await tending
      await pool.end()
      await client.close()
    },
  }
}
