/** Owns the test of how figures read. */

import { expect, test } from 'vitest'
import {
  agoText,
  clockText,
  countOf,
  countryText,
  lengthText,
  millisecondsText,
  placeText,
  pointsText,
  shareText,
  sinceText,
} from './figure-text.ts'

test.each([
  [0, '0:00'],
  [187_900, '3:07'],
  [3_723_000, '1:02:03'],
  [-5, '0:00'],
])('clock of %i ms: %s', (ms, text) => expect(clockText(ms)).toBe(text))

test.each([
  [59_999, '59 s'],
  [60_000, '1 min'],
  [187_000, '3 min 7 s'],
  [7_500_000, '2 h 5 min'],
  [86_400_000, '24 h'],
])('length of %i ms: %s', (ms, text) => expect(lengthText(ms)).toBe(text))

test.each([
  [839.6, '840 ms'],
  [1_249, '1.2 s'],
  [14_000, '14 s'],
])('%f ms as measured: %s', (ms, text) => expect(millisecondsText(ms)).toBe(text))

test.each([
  [0.2, '+20.0'],
  [-0.0307, '\u22123.1'],
  [-0.0004, '0'],
])('difference of %f: %s', (difference, text) => expect(pointsText(difference)).toBe(text))

test.each([
  [0, '0 %'],
  [0.031, '3.1 %'],
  [0.176, '18 %'],
  [1, '100 %'],
])('share %f: %s', (share, text) => expect(shareText(share)).toBe(text))

test('counts, ages and countries', () => {
  expect(countOf(1, 'stream')).toBe('1 stream')
  expect(countOf(1_200, 'stream')).toBe('1,200 streams')
  expect(agoText(400)).toBe('just now')
  expect(agoText(2_400)).toBe('2 s ago')
  expect(countryText('SE')).toBe('Sweden')
  expect(countryText('nowhere')).toBe('nowhere')
  expect(placeText('SE')).toBe('Sweden')
  expect(placeText('Malmö, SE')).toBe('Malmö, Sweden')
})

test('since when is said by the clock of the listener, with the day when that is another one', () => {
  const at = Date.UTC(2026, 2, 3, 23, 30)
  expect(sinceText(at, at + 60_000, 'UTC')).toBe('23:30')
  expect(sinceText(at, at + 3_600_000, 'UTC')).toBe('3 Mar, 23:30')
  expect(sinceText(at, at + 3_600_000, 'Asia/Tokyo')).toBe('08:30')
})
