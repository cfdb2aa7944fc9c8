/** Owns the table of those who sign in to Kafka: which topics each writes and reads, and by which variables it is told its name and password. */

import { TOPICS } from '../../protocol/events/topics.ts'

type TopicKey = keyof typeof TOPICS

interface KafkaUserRow {
  readonly work: string
  readonly writes?: readonly TopicKey[]
  /** In the group of its own. */
  readonly reads?: readonly TopicKey[]
  /** Where a topic begins and ends, and no record of it. */
  readonly measures?: readonly TopicKey[]
}

export const KAFKA_USERS = {
  gateway: { work: 'tells what was played', writes: ['playbackEvents'] },
  reaper: { work: 'tells how a stream ended whose gateway died', writes: ['playbackEvents'] },
  ingest: { work: 'the worker into ClickHouse', reads: ['playbackEvents'], writes: ['playbackEventsDead'] },
  royalties: { work: 'the worker that enters streams into the books', reads: ['playbackEvents'] },
  sharing: { work: 'the worker that watches for accounts that look shared', reads: ['playbackEvents'] },
  recommend: { work: 'the worker that learns what is heard with what', reads: ['playbackEvents'] },
  ads: { work: 'the worker of impressions', reads: ['playbackEvents'] },
  search: { work: 'the worker of search', reads: ['catalogChanges'] },
  capture: { work: 'Debezium', writes: ['catalogChanges', 'catalogHeartbeats'] },
  finance: { work: 'the close of a month: whether all of it was read', measures: ['playbackEvents'] },
} as const satisfies Record<string, KafkaUserRow>

export type KafkaUser = keyof typeof KAFKA_USERS
export const KAFKA_USER_NAMES = Object.keys(KAFKA_USERS) as KafkaUser[]
/** Of what runs in the process of the workers. */
export const WORKER_USERS = ['reaper', 'ingest', 'royalties', 'sharing', 'recommend', 'ads', 'search'] as const

/** As the broker knows it, unless its variable says otherwise. */
export const kafkaUserName = (user: KafkaUser | 'admin'): string => `segue-${user}`

/** Its readers are one group, which nobody else may join. */
export const groupOf = (user: KafkaUser): string => `segue.${user}`

/** `admin`: whoever makes the topics and says who may what; the broker itself as well. */
export function loginVariables(user: KafkaUser | 'admin') {
  const owner = user === 'admin' ? '' : `${user.toUpperCase()}_`
  return { user: `SEGUE_KAFKA_${owner}USER`, password: `SEGUE_KAFKA_${owner}PASSWORD` }
}

export interface KafkaRight {
  readonly resource: 'topic' | 'group'
  readonly name: string
  readonly may: 'read' | 'write' | 'describe'
}

/** Whoever reads or writes may describe as well. */
export function rightsOf(user: KafkaUser): KafkaRight[] {
  const { writes = [], reads = [], measures = [] }: KafkaUserRow = KAFKA_USERS[user]
  const topics = (keys: readonly TopicKey[], may: KafkaRight['may']) =>
    keys.map((key) => ({ resource: 'topic' as const, name: TOPICS[key].name, may }))
  return [
    ...topics(writes, 'write'),
    ...topics(reads, 'read'),
    ...topics(measures, 'describe'),
    ...(reads.length === 0 ? [] : [{ resource: 'group' as const, name: groupOf(user), may: 'read' as const }]),
  ]
}

/** What tells a user whether Kafka does what he needs of it: the topic that he reads, or else writes. */
export function mainTopicOf(user: KafkaUser): string {
  const { writes = [], reads = [], measures = [] }: KafkaUserRow = KAFKA_USERS[user]
  const [main] = [...reads, ...writes, ...measures]
  if (main === undefined) throw new Error(`${user} has no topic of Kafka`)
  return TOPICS[main].name
}

/** The variables with passwords of Kafka that a program of `users` has no business with. */
export function foreignPasswords(users: readonly KafkaUser[]): string[] {
  const foreign = (['admin', ...KAFKA_USER_NAMES] as const).filter((user) => !users.some((own) => own === user))
  return foreign.map((user) => loginVariables(user).password)
}
