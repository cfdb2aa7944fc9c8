/** Owns the closed word lists that players, books and dashboards share. Adding a word is a minor change, renaming one a breaking one. */

/** Why a stream began. */
export const REASONS_START = ['pick', 'queue', 'next', 'previous', 'transfer', 'reconnect', 'unknown'] as const
export type ReasonStart = (typeof REASONS_START)[number]

/** Why a stream ended. `lost`: nothing more was heard of the player, and the lease ran out. */
export const REASONS_END = [
  'completed',
  'next',
  'previous',
  'pick',
  'stopped',
  'failed',
  'evicted',
  'signed-out',
  'lost',
] as const
export type ReasonEnd = (typeof REASONS_END)[number]

/** What a player runs on. */
export const DEVICE_KINDS = ['phone', 'desktop', 'tv', 'speaker', 'car', 'web'] as const
export type DeviceKind = (typeof DEVICE_KINDS)[number]

/** What of the catalog is found. */
export const FOUND_KINDS = ['track', 'artist', 'album', 'playlist'] as const
export type FoundKind = (typeof FOUND_KINDS)[number]

/** What a listener pays for. */
export const PLANS = ['free', 'individual', 'duo', 'family'] as const
export type Plan = (typeof PLANS)[number]

/** Why a stream, though kept, is not paid. Sources: each is a bound of D3, "the server measures". */
export const STREAM_FLAGS = ['claim-exceeds-elapsed', 'claim-exceeds-granted'] as const
export type StreamFlag = (typeof STREAM_FLAGS)[number]

/** What a telemetry event tells. */
export const TELEMETRY_KINDS = [
  'started',
  'position',
  'paused',
  'resumed',
  'seeked',
  'stalled',
  'bitrate-switched',
  'skipped',
  'completed',
  'failed',
  'ad-clicked',
] as const
export type TelemetryKind = (typeof TELEMETRY_KINDS)[number]

/** The bitrates of the ladder, kbps, lowest first. */
export const BITRATES_KBPS = [96, 160, 320] as const
export type BitrateKbps = (typeof BITRATES_KBPS)[number]

/** The nominal length of a chunk. Chunk `i` starts at the first audio frame at or after `i * CHUNK_MS`. */
export const CHUNK_MS = 4_000

/** An impression counts from this many milliseconds audible without a break (MRC, digital audio). */
export const AUDIBLE_MS = 2_000

/** A stream counts for payment from this many milliseconds heard (Spotify's countable stream). */
export const COUNTABLE_MS = 30_000
