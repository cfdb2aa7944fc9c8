import { expect, test } from 'vitest'
import { PLANS } from '../protocol/vocabulary.ts'
import { STREAM_LIMITS } from './stream-limits.ts'

test('free and individual play one stream, duo two and family six, with one a member', () => {
  expect(PLANS.map((plan) => [plan, STREAM_LIMITS[plan]])).toEqual([
    ['free', { streams: 1, perMember: 1 }],
    ['individual', { streams: 1, perMember: 1 }],
    ['duo', { streams: 2, perMember: 1 }],
    ['family', { streams: 6, perMember: 1 }],
  ])
})
