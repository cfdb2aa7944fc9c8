import { describe, expect, it } from 'vitest'
import type { BookedStream } from './books.ts'
import { type Booked, judge, type Seen } from './verdict.ts'

const ENDED: BookedStream = {
  stream_id: 's',
  started_at_ms: 0,
  ended_at_ms: 41_000,
  reason_end: 'next',
  ms_played: 40_000,
  flags: [],
}
const SEEN: Seen = {
  acknowledged: new Set(['a']),
  sent: new Set(['a', 'b']),
  streams: new Set(['s']),
  heardMs: new Map([['s', 40_000]]),
}
const BOOKED: Booked = {
  events: new Map([
    ['a', 1],
    ['b', 1],
  ]),
  streams: new Map([['s', ENDED]]),
  paid: new Map([['s', { stream_id: 's', ms_played: 40_000, reason_end: 'next' }]]),
}
const withStream = (changed: Partial<BookedStream>) => ({
  ...BOOKED,
  streams: new Map([['s', { ...ENDED, ...changed }]]),
})

describe('the verdict of a drill', () => {
  it('finds nothing where nothing is wrong, and lets an event be that nobody was told of', () => {
    expect(judge(SEEN, BOOKED)).toEqual({ lost: [], duplicated: [], unknown: [], streamFaults: [] })
  })

  it('sees an event that is lost, one that is there twice, and one that nobody sent', () => {
    expect(judge(SEEN, { ...BOOKED, events: new Map([['b', 1]]) }).lost).toEqual(['a'])
    expect(judge(SEEN, { ...BOOKED, events: new Map([['a', 2]]) }).duplicated).toEqual(['a'])
    const third = new Map([...BOOKED.events, ['c', 1] as const])
    expect(judge(SEEN, { ...BOOKED, events: third }).unknown).toEqual(['c'])
  })

  it.each<[string, Booked, RegExp]>([
    ['is not there', { ...BOOKED, streams: new Map() }, /not in ClickHouse/],
    ['never ended', withStream({ ended_at_ms: null }), /never ended/],
    ['counts more than was heard', withStream({ ms_played: 40_200 }), /40000 ms heard/],
    ['counts more than elapsed', withStream({ ended_at_ms: 39_000 }), /within 39000 ms/],
    ['is flagged', withStream({ flags: ['claim-exceeds-elapsed'] }), /flagged/],
    ['is not paid', { ...BOOKED, paid: new Map() }, /not in PostgreSQL/],
    ['is paid by another figure', withStream({ ms_played: 39_999 }), /39999 ms .* in ClickHouse, 40000 ms/],
    ['is paid for another end', withStream({ reason_end: 'lost' }), /lost in ClickHouse/],
    ['is paid, and too short', withStream({ ms_played: 29_999 }), /and paid for/],
  ])('sees a stream that %s', (_what, booked, said) => {
    expect(judge(SEEN, booked).streamFaults.join()).toMatch(said)
  })

  it('sees a payment for a stream that nobody saw begin', () => {
    const paid = new Map([...BOOKED.paid, ['t', { stream_id: 't', ms_played: 31_000, reason_end: 'lost' }] as const])
    expect(judge(SEEN, { ...BOOKED, paid }).streamFaults).toEqual(['stream t: paid, begun for nobody'])
  })
})
