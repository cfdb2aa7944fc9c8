/** Owns what a batch of records says of advertisements: impressions, each with the most that was heard of it, clicks, what was withheld, and the music that may be what they are for. */

import type { ConsumedRecord } from '../../infra/kafka/consumer.ts'
import type { AdEnded, AdServed, AdWithheld, StreamEnded } from '../../protocol/events/playback-record.ts'
import { uuidv7TimeMs } from '../../protocol/ids.ts'
import { COUNTABLE_MS, type StreamFlag } from '../../protocol/vocabulary.ts'
import { cleanText, isOfThisCentury, recordOrReason } from '../playback-record.ts'

/** A served advertisement, as far as this batch tells of it. */
export interface HeardAd {
  readonly impression_id: string
  readonly campaign_id: string
  readonly creative_id: string
  readonly account_id: string
  readonly session_id: string
  readonly served_at: string
  readonly territory: string
  readonly plan: string
  readonly device_kind: string
  readonly audible_ms: number
  readonly quartile: number
  readonly invalid_reason: StreamFlag | null
  readonly ended: boolean
}

export interface AdClick {
  readonly impression_id: string
  /** By the impression's own id. */
  readonly served_at: string
  readonly account_id: string
  readonly session_id: string
  readonly clicked_at: string
}

/** One that a listener of the control group would have heard. */
export type WithheldAd = Pick<
  HeardAd,
  'impression_id' | 'campaign_id' | 'creative_id' | 'account_id' | 'territory' | 'plan' | 'device_kind'
> & { readonly withheld_at: string }

/** A stream that counts. */
export interface HeardMusic {
  readonly account_id: string
  readonly track_id: string
  readonly artist_id: string
  readonly started_at: string
}

export interface HeardAds {
  readonly ads: readonly HeardAd[]
  readonly withheld: readonly WithheldAd[]
  readonly music: readonly HeardMusic[]
  readonly clicks: readonly AdClick[]
}

/** @throws {UnknownVersionError} when a record can be read, and not here. What nobody can read is put aside by the worker `ingest`. */
export function heardAdsOf(records: readonly ConsumedRecord[]): HeardAds {
  const ads = new Map<string, HeardAd>()
  const clicks = new Map<string, AdClick>()
  const withheld = new Map<string, WithheldAd>()
  const music: HeardMusic[] = []
  for (const { value } of records) {
    const record = recordOrReason(value)
    if (typeof record === 'string') continue
    if (record.type === 'ad-served' || record.type === 'ad-ended') {
      ads.set(record.stream_id, most(ads.get(record.stream_id), adOf(record)))
    }
    if (record.type === 'ad-withheld') withheld.set(record.stream_id, withheldOf(record))
    if (record.type === 'stream-ended' && isCounted(record)) music.push(musicOf(record))
    if (record.type !== 'telemetry') continue
    for (const { kind, stream_id, at_ms } of record.events) {
      if (kind !== 'ad-clicked' || clicks.has(stream_id)) continue
      const servedMs = uuidv7TimeMs(stream_id)
      // A client may invent the id: no impression was made in the year 10889, and PostgreSQL has no such date.
      if (!isOfThisCentury(servedMs)) continue
      clicks.set(stream_id, {
        impression_id: stream_id,
        served_at: isoOf(servedMs),
        account_id: cleanText(record.account_id),
        session_id: record.session_id,
        clicked_at: isoOf(at_ms),
      })
    }
  }
  return { ads: [...ads.values()], withheld: [...withheld.values()], music, clicks: [...clicks.values()] }
}

const isCounted = ({ ms_played, flags }: StreamEnded) => ms_played >= COUNTABLE_MS && flags.length === 0

function musicOf({ account_id, track_id, artist_id, started_at_ms }: StreamEnded): HeardMusic {
  return { account_id: cleanText(account_id), track_id, artist_id, started_at: isoOf(started_at_ms) }
}

function withheldOf(record: AdWithheld): WithheldAd {
  return { ...whatOf(record), withheld_at: isoOf(record.served_at_ms) }
}

function whatOf(record: AdServed | AdWithheld | AdEnded) {
  return {
    impression_id: record.stream_id,
    campaign_id: record.campaign_id,
    creative_id: record.creative_id,
    account_id: cleanText(record.account_id),
    territory: record.country,
    plan: record.plan,
    device_kind: record.device_kind,
  }
}

function adOf(record: AdServed | AdEnded): HeardAd {
  const heard =
    record.type === 'ad-ended'
      ? { audible_ms: record.audible_ms, quartile: record.quartile, invalid_reason: record.flags[0] ?? null }
      : { audible_ms: 0, quartile: 0, invalid_reason: null }
  return {
    ...whatOf(record),
    session_id: record.session_id,
    served_at: isoOf(record.served_at_ms),
    ended: record.type === 'ad-ended',
    ...heard,
  }
}

/** One that ended twice was heard as long as the longer end says, and is as false as either. */
function most(before: HeardAd | undefined, ad: HeardAd): HeardAd {
  if (before === undefined) return ad
  return {
    ...before,
    audible_ms: Math.max(before.audible_ms, ad.audible_ms),
    quartile: Math.max(before.quartile, ad.quartile),
    invalid_reason: before.invalid_reason ?? ad.invalid_reason,
    ended: before.ended || ad.ended,
  }
}

const isoOf = (ms: number) => new Date(ms).toISOString()
