/** Owns the second path: somebody signs in at Keycloak, hears a track through the edge, and an analyst sees it in Superset. */

import WebSocket from 'ws'
import { createClickHouse } from '../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../infra/clickhouse/config.ts'
import { signInBy } from '../../infra/issuer/sign-in.ts'
import { adminKafkaConfig } from '../../infra/kafka/config.ts'
import { type TopicWatch, watchTopic } from '../../infra/kafka/watch-topic.ts'
import { typePassword } from '../../infra/keycloak/type-password.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { type Client, connect } from '../../protocol/client/index.ts'
import { decodeRecord } from '../../protocol/events/record-codec.ts'
import { TOPICS } from '../../protocol/events/topics.ts'
import { fetchAudio } from '../fetch-audio.ts'
import { HeadlessPlayer } from '../headless-player.ts'
import { until } from '../until.ts'
import { type Analyst, analystAt } from './analyst.ts'
import type { StackPlace } from './stack-place.ts'
import { must, type Step, stepBut } from './steps.ts'

const LISTENER = 'ada'
const WITHIN_MS = 60_000
/** Minutes are counted again within seconds of a new row; the rest is for a machine that is busy. */
const COUNTED_WITHIN_MS = 180_000
const HEARD_MS = 6_000

interface Catalog {
  readonly artists: readonly {
    readonly albums: readonly { readonly tracks: readonly { readonly track_id: string }[] }[]
  }[]
}

export function listeningPath(place: StackPlace): readonly Step[] {
  const { env, secrets, issuerUrl, edgeUrl } = place
  const config = readEnv(env, (read) => ({ kafka: adminKafkaConfig(read), clickhouse: clickhouseConfig(read) }))
  const store = new URL(env.SEGUE_MINIO_URL ?? '').host
  const acknowledged = new Set<string>()
  const chunkHosts = new Set<string>()
  let token = ''
  let trackId = ''
  let streamId = ''
  let client: Client | undefined
  let player: HeadlessPlayer | undefined
  let watch: TopicWatch | undefined
  let analyst: Analyst | undefined
  let streamsBefore = 0

  const leave = async () => {
    player?.stop()
    client?.close()
    await watch?.stop()
    watch = undefined
  }
  const step = stepBut(leave)

  return [
    step('Ada signs in at Keycloak with her password', async () => {
      const request = { issuerUrl, redirectUri: `${edgeUrl}/` }
      const { accessToken } = await signInBy(request, typePassword(LISTENER, secrets.keycloak_people_password))
      const [, payload = ''] = accessToken.split('.')
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { iss: string; sub: string }
      must(claims.iss === issuerUrl, `the token is of ${claims.iss}`)
      token = accessToken
      return `account ${claims.sub}`
    }),
    step('NGINX lets her through to a gateway, which knows Keycloak', async () => {
      const answer = await fetch(`${edgeUrl}/api/catalog`, { headers: { authorization: `Bearer ${token}` } })
      must(answer.status === 200, `the catalog was answered ${answer.status}`)
      const { artists } = (await answer.json()) as Catalog
      const [first] = artists.flatMap(({ albums }) => albums.flatMap(({ tracks }) => tracks))
      must(first !== undefined, 'the catalog is empty: npm run segue -- demo fills it')
      trackId = first.track_id
      const stranger = await fetch(`${edgeUrl}/api/catalog`)
      must(stranger.status === 401, `who has no token was answered ${stranger.status}`)
      watch = await watchTopic(config.kafka, TOPICS.playbackEvents.name)
      const own = connect({
        url: `${edgeUrl.replace('https:', 'wss:')}/ws`,
        token: async () => token,
        device: { id: 'whole-stack', name: 'Whole stack', kind: 'desktop' },
        position: () => player?.position(),
        webSocket: WebSocket,
      })
      client = own
      own.on('acked', ({ events }) => {
        for (const { id } of events) acknowledged.add(id)
      })
      await until(() => own.state === 'connected', { what: 'a socket through the edge', withinMs: WITHIN_MS })
      return edgeUrl
    }),
    step('Noor signs in at Keycloak, and at Superset without typing again', async () => {
      analyst = await analystAt(place)
      streamsBefore = await analyst.streamsOf(trackId)
      return `streams of the track so far: ${streamsBefore}`
    }),
    step('the gateway signs addresses of chunks, MinIO gives them, and the playhead moves', async () => {
      must(client !== undefined, 'nobody is connected')
      const own = new HeadlessPlayer({
        client,
        reportEveryMs: 1_000,
        fetchAudio: async (url) => {
          chunkHosts.add(new URL(url).host)
          return await fetchAudio(url)
        },
      })
      player = own
      streamId = (await client.play({ track_id: trackId, reason: 'pick' })).stream_id ?? ''
      await until(() => own.positionMs >= HEARD_MS, { what: `${HEARD_MS / 1_000} s of music`, withinMs: WITHIN_MS })
      must(own.bytes > 0 && own.failures.length === 0, `chunks that did not come: ${own.failures.join('; ')}`)
      must([...chunkHosts].join() === store, `chunks came from ${[...chunkHosts].join(', ')}`)
      return `${Math.round(own.bytes / 1_024)} kB from ${store}`
    }),
    step('what the player saw goes up as telemetry, and is acknowledged', async () => {
      const own = client
      must(own !== undefined && player !== undefined, 'nobody plays')
      await player.pause()
      await until(() => own.pendingEvents === 0, { what: 'every event to be acknowledged', withinMs: WITHIN_MS })
      must(acknowledged.size >= HEARD_MS / 1_000, `only ${acknowledged.size} events were acknowledged`)
      player.stop()
      own.close()
      return `${acknowledged.size} events`
    }),
    step('Kafka has each of them', async () => {
      const has = watch
      must(has !== undefined, 'nobody looks at Kafka')
      const missing = () => [...acknowledged].filter((id) => !eventsIn(has).has(id))
      await until(() => missing().length === 0, { what: 'the events that were acknowledged', withinMs: WITHIN_MS })
      await leave()
      return `${acknowledged.size} of ${acknowledged.size}`
    }),
    step('ClickHouse has each of them, once', async () => {
      const clickhouse = createClickHouse(config.clickhouse)
      const query = `SELECT count() AS n, uniqExact(event_id) AS ids FROM playback_events WHERE stream_id = {stream:UUID}`
      const rows = async () => {
        const answer = await clickhouse.query({ query, query_params: { stream: streamId }, format: 'JSONEachRow' })
        const [row] = await answer.json<{ n: string; ids: string }>()
        return { n: Number(row?.n), ids: Number(row?.ids) }
      }
      try {
        const isThere = async () => (await rows()).ids >= acknowledged.size
        await until(isThere, { what: `${acknowledged.size} rows of stream ${streamId}`, withinMs: WITHIN_MS })
        const { n, ids } = await rows()
        must(n === ids && ids === acknowledged.size, `${n} rows of ${ids} events, ${acknowledged.size} acknowledged`)
        return `${n} rows`
      } finally {
        await clickhouse.close()
      }
    }),
    step('Superset counts the stream', async () => {
      const by = analyst
      must(by !== undefined, 'no analyst is signed in')
      const counted = async () => (await by.streamsOf(trackId)) === streamsBefore + 1
      await until(counted, { what: `stream ${streamId} to be one of the track`, withinMs: COUNTED_WITHIN_MS })
      return `${streamsBefore + 1} of the track`
    }),
  ]
}

/** The ids of the telemetry that came. */
function eventsIn({ seen }: TopicWatch): ReadonlySet<string> {
  const ids = seen.flatMap(({ value }) => {
    const record = value === null ? undefined : decodeRecord(value)
    return record?.type === 'telemetry' ? record.events.map(({ id }) => id) : []
  })
  return new Set(ids)
}
