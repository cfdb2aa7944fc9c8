import { describe, expect, it } from 'vitest'
import type { PlaybackRecord } from '../../protocol/events/playback-record.ts'
import { encodeRecord } from '../../protocol/events/record-codec.ts'
import { UnknownVersionError } from '../playback-record.ts'
import { ended, newAccount, started } from '../testing/records.ts'
import { endedStreamsOf } from './ended-streams.ts'

const account = newAccount()
const batch = (...values: (PlaybackRecord | Buffer)[]) =>
  values.map((value, i) => ({
    offset: BigInt(100 + i),
    key: Buffer.from(account),
    value: Buffer.isBuffer(value) ? value : Buffer.from(encodeRecord(value)),
    headers: {},
  }))

describe('the ended streams of a batch', () => {
  it('have the longest end of each, and of equal ones the first', () => {
    const lost = ended(account, { ms_played: 20_000, reason_end: 'lost' })
    const real = { ...lost, ms_played: 61_000, reason_end: 'completed' as const }
    const other = ended(account, { ms_played: 40_000, reason_end: 'next' })
    const { streams, repeated, short } = endedStreamsOf(
      batch(started(account), lost, real, { ...real, ms_played: 35_000 }, other, { ...other, reason_end: 'lost' }),
    )
    expect(streams).toMatchObject([
      { stream_id: real.stream_id, ms_played: 61_000, reason_end: 'completed' },
      { stream_id: other.stream_id, ms_played: 40_000, reason_end: 'next' },
    ])
    expect({ repeated, short }).toEqual({ repeated: 2, short: 1 })
  })

  it('leave out what nobody can read, and say which', () => {
    const { streams, unreadable } = endedStreamsOf(batch(ended(account), Buffer.from('nonsense'), ended(account)))
    expect(streams).toHaveLength(2)
    expect(unreadable).toEqual([{ offset: 101n, reason: expect.any(String) }])
  })

  it('are not known while one record is of another version', () => {
    const newer = { ...ended(account), v: 2 as 1, heard_by: ['somebody'] }
    expect(() => endedStreamsOf(batch(ended(account), newer))).toThrow(UnknownVersionError)
  })
})
