/** Owns the first path: a title that changes in the catalog is found by search, by way of Debezium and Kafka, and then by its former name again. */

import { adminKafkaConfig } from '../../infra/kafka/config.ts'
import { watchTopic } from '../../infra/kafka/watch-topic.ts'
import { createOpenSearch } from '../../infra/opensearch/client.ts'
import { type FoundInCatalog, searchCatalog } from '../../infra/opensearch/search-catalog.ts'
import { postgresConfig } from '../../infra/postgres/config.ts'
import { withPool } from '../../infra/postgres/with-pool.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { TimedOut } from '../../infra/runtime/within.ts'
import { TOPICS } from '../../protocol/events/topics.ts'
import { until } from '../until.ts'
import type { StackPlace } from './stack-place.ts'
import { must, type Step, stepBut } from './steps.ts'

/** Debezium reads on every 20 ms and the worker search writes what it hears; the rest is for a machine that is busy. */
const WITHIN_MS = 60_000
const LETTERS = 'bcdfghjklmnpqrstvwxz'

interface Track {
  readonly id: string
  readonly title: string
}

/** A word that is in no catalog. */
const newWord = (): string =>
  `Zq${Array.from({ length: 10 }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join('')}`

export function catalogPath({ env, openSearchUrl }: StackPlace): readonly Step[] {
  const { admin, kafka } = readEnv(env, (read) => ({
    admin: postgresConfig(read, 'admin'),
    kafka: adminKafkaConfig(read),
  }))
  const word = newWord()
  let track: Track | undefined

  const query = async <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> =>
    await withPool(admin.url, { applicationName: 'segue-whole-stack', maxConnections: 1 }, async (pool) => {
      return (await pool.query<Row>(sql, [...values])).rows
    })
  const rename = async (id: string, title: string) => {
    await query('UPDATE tracks SET title = $2 WHERE track_id = $1', [id, title])
  }
  /** The title under which the track is found by the word, or undefined. */
  const found = async (id: string): Promise<string | undefined> => {
    const client = createOpenSearch(openSearchUrl)
    try {
      const wish = { text: word, kinds: [], country: 'DE', withExplicit: true, offset: 0, limit: 10 } as const
      let answer: FoundInCatalog | undefined
      // What lies cold on the disk may take longer than a search may.
      const isAnswered = async () => {
        answer = await searchCatalog(client, wish).catch((error: unknown) => {
          if (!(error instanceof TimedOut)) throw error
          return undefined
        })
        return answer !== undefined
      }
      await until(isAnswered, { what: `OpenSearch to look for ${word}`, withinMs: WITHIN_MS })
      return answer?.documents.find((document) => document.id === id)?.title
    } finally {
      await client.close()
    }
  }

  const takeBack = async () => {
    if (track !== undefined) await rename(track.id, track.title)
  }
  const step = stepBut(takeBack)

  return [
    step('a title changes in PostgreSQL, and Debezium tells Kafka of it', async () => {
      const [chosen] = await query<Track>(
        `SELECT track_id AS id, title FROM tracks WHERE status = 'available' ORDER BY isrc LIMIT 1`,
      )
      must(chosen !== undefined, 'the catalog is empty: npm run segue -- demo fills it')
      must((await found(chosen.id)) === undefined, `${word} is found before it is anywhere`)
      const changes = await watchTopic(kafka, TOPICS.catalogChanges.name)
      try {
        track = chosen
        await rename(chosen.id, `${chosen.title} ${word}`)
        const told = () => changes.seen.some(({ value }) => value?.includes(chosen.id) === true)
        const what = `a change of track ${chosen.id} in ${TOPICS.catalogChanges.name}`
        await until(told, { what, withinMs: WITHIN_MS })
      } finally {
        await changes.stop()
      }
      return `'${chosen.title}'`
    }),
    step('OpenSearch finds it by its new title', async () => {
      must(track !== undefined, 'no title was changed')
      const { id, title } = track
      const isFound = async () => (await found(id)) !== undefined
      await until(isFound, { what: `a track by the name ${word}`, withinMs: WITHIN_MS })
      const named = await found(id)
      must(named === `${title} ${word}`, `it is found as '${named}'`)
      return `'${named}'`
    }),
    step('the title is taken back, and OpenSearch knows the other no more', async () => {
      must(track !== undefined, 'no title was changed')
      const { id, title } = track
      await takeBack()
      const isForgotten = async () => (await found(id)) === undefined
      await until(isForgotten, { what: `${word} to be forgotten`, withinMs: WITHIN_MS })
      return `'${title}'`
    }),
  ]
}
