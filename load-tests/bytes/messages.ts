/** Owns messages of a client as they should be, with fields at random: what changes are then made to. */

import { pick } from '../../infra/demo/seeded-random.ts'
import { UP_EXAMPLES } from '../../protocol/fixtures/messages.ts'
import { BITRATES_KBPS, DEVICE_KINDS, REASONS_START, TELEMETRY_KINDS } from '../../protocol/vocabulary.ts'

/** What a client knows that has been listening for a while: frames that name it get further than others. */
export interface Hints {
  nowMs: number
  nextId: number
  streamId: string
  ticket: string
  readonly trackIds: readonly string[]
  /** What makes most sense to say at this stage. */
  readonly prefers: readonly MessageName[]
}

export type MessageName = keyof typeof UP_EXAMPLES

type Fields = Record<string, unknown>
export type Maker = (random: () => number, hints: Hints) => Fields

const whole = (random: () => number, most: number) => Math.floor(random() * most)
const maybe = (random: () => number, fields: () => Fields): Fields => (random() < 0.5 ? fields() : {})

/** A UUIDv7 of this time, by the seed. */
function uuidAt(random: () => number, ms: number): string {
  const time = Math.max(0, ms).toString(16).padStart(12, '0')
  const digits = (count: number) =>
    whole(random, 16 ** count)
      .toString(16)
      .padStart(count, '0')
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${digits(3)}-8${digits(3)}-${digits(6)}${digits(6)}`
}

function event(random: () => number, { nowMs, streamId }: Hints): Fields {
  const at_ms = nowMs - whole(random, 60_000)
  return {
    id: uuidAt(random, at_ms),
    seq: 1 + whole(random, 1_000_000),
    kind: pick(random, TELEMETRY_KINDS),
    at_ms,
    stream_id: streamId,
    position_ms: whole(random, 200_000),
    ...maybe(random, () => ({ startup_ms: whole(random, 5_000), bitrate_kbps: pick(random, BITRATES_KBPS) })),
    ...maybe(random, () => ({ stall_ms: whole(random, 5_000), buffer_ms: whole(random, 30_000) })),
    ...maybe(random, () => ({ reason: pick(random, ['decode', 'netz weg', '😀', '\u0000']) })),
  }
}

/** One that is there, and one that is not. */
const DEVICES = ['bench', 'd-1']

/** The type of each is its key. */
export const MAKERS: Readonly<Record<MessageName, Maker>> = {
  authenticate: (random) => ({
    token: random() < 0.7 ? UP_EXAMPLES.authenticate.token : 'no.token.this',
    device: { id: `d-${whole(random, 1_000)}`, name: 'Kitchen', kind: pick(random, DEVICE_KINDS) },
  }),
  resume: (random, { ticket, nextId }) => ({
    id: nextId,
    ticket: random() < 0.8 ? ticket : UP_EXAMPLES.resume.ticket,
    last_seq: whole(random, 6),
    ...maybe(random, () => ({ position_ms: whole(random, 200_000), up_next_revision: whole(random, 4) })),
  }),
  refresh: (random, { nextId }) => ({
    id: nextId,
    token: random() < 0.9 ? UP_EXAMPLES.refresh.token : 'no.token.this',
  }),
  heartbeat: (random, { nowMs, streamId }) => ({
    sent_at_ms: nowMs,
    ...maybe(random, () => ({
      stream_id: streamId,
      position_ms: whole(random, 200_000),
      buffer_ms: whole(random, 9_000),
    })),
  }),
  play: (random, { nextId, trackIds, streamId }) => ({
    id: nextId,
    ...maybe(random, () => ({ stream_id: streamId })),
    ...maybe(random, () => ({
      track_id: pick(random, trackIds),
      position_ms: whole(random, 180_000),
      from_ms: whole(random, 180_000),
      reason: pick(random, REASONS_START),
    })),
  }),
  pause: (random, { nextId, streamId }) => ({ id: nextId, stream_id: streamId, position_ms: whole(random, 200_000) }),
  seek: (random, { nextId, streamId }) => ({
    id: nextId,
    stream_id: streamId,
    from_ms: whole(random, 200_000),
    position_ms: whole(random, 200_000),
  }),
  next: (random, { nextId, streamId }) => ({
    id: nextId,
    stream_id: streamId,
    position_ms: whole(random, 200_000),
    reason: pick(random, ['next', 'completed', 'failed']),
  }),
  stop: (random, { nextId, streamId }) => ({
    id: nextId,
    stream_id: streamId,
    position_ms: whole(random, 200_000),
    reason: pick(random, ['stopped', 'completed', 'failed']),
  }),
  transfer: (random, { nextId, nowMs }) => ({
    id: nextId,
    from_device_id: pick(random, DEVICES),
    to_device_id: pick(random, DEVICES),
    fence: nowMs - whole(random, 2),
  }),
  command: (random, { nextId, nowMs, streamId }) => ({
    id: nextId,
    ...maybe(random, () => ({ stream_id: streamId })),
    device_id: pick(random, DEVICES),
    action: pick(random, ['play', 'pause', 'seek', 'next', 'volume']),
    ...maybe(random, () => ({ position_ms: whole(random, 200_000), volume_percent: whole(random, 101) })),
    ...maybe(random, () => ({ fence: nowMs })),
  }),
  rename: (random, { nextId }) => ({ id: nextId, name: pick(random, ['Kitchen', 'Küche 😀', '\u0000', ' ']) }),
  search: (random, { nextId }) => ({
    id: nextId,
    query: pick(random, ['lanterns', 'фе', '夜', '😀', ' ', '"*:()']),
    ...maybe(random, () => ({ kinds: ['track'], offset: whole(random, 1_001), limit: 1 + whole(random, 50) })),
  }),
  dismiss: (_random, { nextId }) => ({ id: nextId, track_id: UP_EXAMPLES.dismiss.track_id }),
  credit: (random, { streamId }) => ({
    stream_id: streamId,
    bitrate_kbps: pick(random, BITRATES_KBPS),
    next_chunk: whole(random, 60),
    chunks: whole(random, 12),
  }),
  telemetry: (random, hints) => ({
    batch: 1 + whole(random, 1_000),
    events: Array.from({ length: 1 + whole(random, 3) }, () => event(random, hints)),
  }),
}
