import { expect, test } from 'vitest'
import { REASONS_START, type ReasonStart } from '../../../protocol/vocabulary.ts'
import { type Discovery, interchangeRules } from '../reckoning/rules.ts'
import { discoveryOf } from './discovery-of.ts'

const EXPECTED: Readonly<Record<ReasonStart, Discovery>> = {
  pick: 'search',
  queue: 'algorithm',
  next: 'algorithm',
  previous: 'algorithm',
  transfer: 'algorithm',
  reconnect: 'algorithm',
  unknown: 'algorithm',
}

test.each(REASONS_START)('a stream that began by %s', (reason) => {
  expect(discoveryOf(reason)).toBe(EXPECTED[reason])
})

test.each(['', 'autoplay', 'toString', '__proto__'])('a word that the vocabulary has not: "%s"', (word) => {
  expect(discoveryOf(word)).toBe('algorithm')
})

test('nothing that was chosen for the listener weighs double', () => {
  const { discoveries } = interchangeRules('artist-centric', { num: 1n, den: 1n }).artistCentric.discoveryBoost
  expect(REASONS_START.filter((reason) => discoveries.includes(discoveryOf(reason)))).toEqual(['pick'])
})
