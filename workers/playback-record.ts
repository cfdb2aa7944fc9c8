/** Owns reading a record of `playback.events` so that every store can hold it: shape, times in range, clean text. */

import { unpack } from 'msgpackr'
import { PLAYBACK_RECORD_VERSION, type PlaybackRecord } from '../protocol/events/playback-record.ts'
import { decodeRecord } from '../protocol/events/record-codec.ts'

/** Stores disagree on times outside of these years, and nothing was heard then. */
const FIRST_MS = Date.UTC(2000, 0)
const LAST_MS = Date.UTC(2100, 0)

/** What every store can hold; of a time that an id claims as well. */
export const isOfThisCentury = (ms: number): boolean => ms >= FIRST_MS && ms <= LAST_MS

/** A record that is whole, and of a version that this process does not know: it waits for one that does. */
export class UnknownVersionError extends Error {
  constructor(version: unknown, options?: ErrorOptions) {
    super(
      `a playback record of version ${String(version)}, and only ${PLAYBACK_RECORD_VERSION} is known here: bring the workers up to date`,
      options,
    )
    this.name = 'UnknownVersionError'
  }
}

/**
 * @throws {UnknownVersionError} when workers of another version can read it.
 * @throws {Error} saying what is wrong, when no later attempt could read it either.
 */
export function readRecord(value: Uint8Array | null): PlaybackRecord {
  if (value === null) throw new Error('not a playback record: it is empty')
  const record = decode(value)
  for (const ms of timesOf(record)) {
    if (!isOfThisCentury(ms)) throw new Error(`not a playback record: ${ms} ms is not a time of this century`)
  }
  return record
}

/**
 * The record, or why nobody can read it, now or ever.
 * @throws {UnknownVersionError} when it can be read, and not here.
 */
export function recordOrReason(value: Uint8Array | null): PlaybackRecord | string {
  try {
    return readRecord(value)
  } catch (error) {
    if (error instanceof UnknownVersionError) throw error
    return error instanceof Error ? error.message : String(error)
  }
}

function decode(value: Uint8Array): PlaybackRecord {
  try {
    return decodeRecord(value)
  } catch (cause) {
    const version = versionOf(value)
    if (version === undefined || version === PLAYBACK_RECORD_VERSION) throw cause
    throw new UnknownVersionError(version, { cause })
  }
}

/** What the bytes say of their version, if they say it as every version does: a whole number `v`, from 1. */
function versionOf(value: Uint8Array): number | undefined {
  let content: unknown
  try {
    content = unpack(value)
  } catch {
    return undefined
  }
  const version = typeof content === 'object' && content !== null && 'v' in content ? content.v : undefined
  return typeof version === 'number' && Number.isInteger(version) && version > 0 ? version : undefined
}

function timesOf(record: PlaybackRecord): number[] {
  switch (record.type) {
    case 'telemetry':
      return [record.received_at_ms, ...record.events.map((event) => event.at_ms)]
    case 'stream-started':
      return [record.started_at_ms]
    case 'stream-ended':
      return [record.started_at_ms, record.ended_at_ms]
    case 'ad-served':
    case 'ad-withheld':
      return [record.served_at_ms]
    case 'ad-ended':
      return [record.served_at_ms, record.ended_at_ms]
  }
}

/** Text chosen by a client, without what PostgreSQL (NUL) or a JSON parser (half a surrogate pair) refuses. */
export function cleanText(text: string): string {
  return text.replaceAll(/\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
}
