/** Owns live readings: one at a time for all who look at the same, pushed as server-sent events; who does not read gets the newest, then is let go. */

import { DependencyAway } from '../infra/runtime/dependency.ts'
import type { Logger } from '../infra/runtime/log.ts'
import { type Answer, failure, type Outlet } from './http/answer.ts'
import type { Metrics } from './metrics.ts'

export interface LiveFeedsParts<Query> {
  readonly read: (query: Query) => Promise<object>
  /** Queries of one key are one reading. */
  readonly keyOf: (query: Query) => string
  /** From the arrival of a reading to the next. */
  readonly everyMs: (query: Query) => number
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'liveStreams' | 'liveReadings'>
  readonly now: () => number
}

export interface LiveFeeds<Query> {
  /** An answer that goes on until `untilMs`, or until `isOver`; or the refusal of one. */
  open(query: Query, untilMs: number, isOver?: () => boolean): Answer
  /** Ends all, and opens no more. */
  end(): void
}

/** Bounds what viewers cost: each is a socket, each different query a reading. */
export const MOST_STREAMS = 200
export const MOST_FEEDS = 20
/** Something is said at least this often, so that a reader tells silence from a broken connection. */
const HEARTBEAT_MS = 5_000
/** Who has taken nothing for this long is gone, or might as well be. */
const GIVEN_UP_AFTER_MS = 15_000

interface Viewer {
  readonly outlet: Outlet
  readonly untilMs: number
  readonly isOver: () => boolean
  saidMs: number
  /** Since when it does not take what was written; undefined: it does. */
  stuckSinceMs: number | undefined
  /** The newest that it has not been sent. */
  waiting: string | undefined
}

interface Feed<Query> {
  readonly query: Query
  readonly viewers: Set<Viewer>
  latest: string | undefined
}

export function createLiveFeeds<Query>(parts: LiveFeedsParts<Query>): LiveFeeds<Query> {
  const { log, metrics, now } = parts
  const feeds = new Map<string, Feed<Query>>()
  let streams = 0
  let ended = false
  let beat: ReturnType<typeof setInterval> | undefined

  const leave = (feed: Feed<Query>, viewer: Viewer) => {
    if (!feed.viewers.delete(viewer)) return
    streams -= 1
    metrics.liveStreams.set(streams)
    if (streams > 0) return
    clearInterval(beat)
    beat = undefined
  }
  const write = (viewer: Viewer, text: string) => {
    viewer.saidMs = now()
    if (!viewer.outlet.write(text)) viewer.stuckSinceMs = viewer.saidMs
  }
  const tell = (viewer: Viewer, text: string) => {
    if (viewer.stuckSinceMs === undefined) write(viewer, text)
    else {
      if (viewer.waiting !== undefined) metrics.liveReadings.inc({ result: 'skipped' })
      viewer.waiting = text
    }
  }
  const takes = (viewer: Viewer) => {
    viewer.stuckSinceMs = undefined
    const { waiting } = viewer
    viewer.waiting = undefined
    if (waiting !== undefined) write(viewer, waiting)
  }
  const look = (feed: Feed<Query>, viewer: Viewer, nowMs: number) => {
    const { stuckSinceMs, outlet } = viewer
    if (stuckSinceMs !== undefined && nowMs - stuckSinceMs >= GIVEN_UP_AFTER_MS) {
      metrics.liveReadings.inc({ result: 'given_up' })
      leave(feed, viewer)
      outlet.cut()
    } else if (nowMs >= viewer.untilMs || viewer.isOver()) {
      leave(feed, viewer)
      outlet.end()
    } else if (stuckSinceMs === undefined && nowMs - viewer.saidMs >= HEARTBEAT_MS) write(viewer, ': alive\n\n')
  }

  const turn = async (key: string, feed: Feed<Query>): Promise<void> => {
    if (feed.viewers.size === 0 || ended) {
      feeds.delete(key)
      return
    }
    const text = await parts.read(feed.query).then(
      (value) => {
        metrics.liveReadings.inc({ result: 'read' })
        return eventText('figures', JSON.stringify(value))
      },
      (error: unknown) => {
        metrics.liveReadings.inc({ result: 'failed' })
        return eventText('trouble', troubleOf(error, log))
      },
    )
    feed.latest = text
    for (const viewer of feed.viewers) tell(viewer, text)
    setTimeout(() => void turn(key, feed), parts.everyMs(feed.query))
  }

  return {
    open(query, untilMs, isOver = () => false) {
      const key = parts.keyOf(query)
      const known = feeds.get(key)
      if (ended) return failure('overloaded', 'this gateway is leaving; ask another')
      if (streams >= MOST_STREAMS || (known === undefined && feeds.size >= MOST_FEEDS)) {
        metrics.liveReadings.inc({ result: 'refused' })
        return failure('overloaded', 'too many look at the dashboard; try again')
      }
      return {
        status: '200 OK',
        contentType: 'text/event-stream; charset=utf-8',
        // A proxy would hold back what is small.
        headers: { 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
        body: (outlet) => {
          const viewer: Viewer = {
            outlet,
            untilMs,
            isOver,
            saidMs: now(),
            stuckSinceMs: undefined,
            waiting: undefined,
          }
          // Found again: what was known may have ended while the answer began.
          const feed = feeds.get(key) ?? { query, viewers: new Set(), latest: undefined }
          const isNew = !feeds.has(key)
          feeds.set(key, feed)
          feed.viewers.add(viewer)
          streams += 1
          metrics.liveStreams.set(streams)
          outlet.onGone(() => leave(feed, viewer))
          outlet.onWritable(() => takes(viewer))
          beat ??= setInterval(() => {
            for (const each of feeds.values()) for (const one of each.viewers) look(each, one, now())
          }, 1_000)
          write(viewer, feed.latest ?? ': welcome\n\n')
          if (isNew) void turn(key, feed)
        },
      }
    },
    end() {
      ended = true
      for (const feed of feeds.values())
        for (const viewer of [...feed.viewers]) {
          leave(feed, viewer)
          viewer.outlet.end()
        }
    },
  }
}

const eventText = (event: string, data: string) => `event: ${event}\ndata: ${data}\n\n`

/** As the answer to a request would say it. */
function troubleOf(error: unknown, log: Logger): string {
  if (error instanceof DependencyAway) return String(failure('unavailable', `${error.message} now`).body)
  log.error({ err: error }, 'a live reading failed')
  return String(failure('internal', 'the gateway failed; its log says why').body)
}
