/** Owns the worker `royalties`: each stream of 30 s or more into PostgreSQL, in one transaction with the offset it was read at. */

import { groupOf } from '../../infra/kafka/users.ts'
import { createPool } from '../../infra/postgres/client.ts'
import { createBookkeeper } from '../bookkeeper.ts'
import type { CreateWorker } from '../worker.ts'
import { type EndedStreams, endedStreamsOf } from './ended-streams.ts'
import { type Entry, enterStreams } from './royalty-book.ts'

const CLIENT_ID = 'segue-royalties'

interface Entered {
  readonly ended: EndedStreams
  readonly entries: ReadonlyMap<string, Entry>
}

export const createRoyalties: CreateWorker<'royalties'> = (context) => {
  const { config, metrics, log } = context
  return createBookkeeper<Entered>(context, {
    name: 'royalties',
    clientId: CLIENT_ID,
    group: groupOf('royalties'),
    pool: createPool(config.postgres.url, { applicationName: CLIENT_ID, log }),
    async enter(client, { records }) {
      const ended = endedStreamsOf(records)
      return { ended, entries: await enterStreams(client, ended.streams) }
    },
    entered({ ended: { streams, repeated, short, unreadable }, entries }) {
      metrics.royaltyStreams.inc({ result: 'repeated' }, repeated)
      metrics.royaltyStreams.inc({ result: 'short' }, short)
      for (const { stream_id, flags } of streams) {
        const entry = entries.get(stream_id)
        const result = entry !== 'new' ? (entry ?? 'repeated') : flags.length === 0 ? 'counted' : 'uncounted'
        metrics.royaltyStreams.inc({ result })
      }
      const [first] = unreadable
      if (first === undefined) return
      metrics.royaltyUnreadable.inc(unreadable.length)
      log.error(
        { records: unreadable.length, offset: String(first.offset), reason: first.reason },
        'records that cannot be read were left out of the books',
      )
    },
    gap: (records) => metrics.royaltyGaps.inc(records),
  })
}
