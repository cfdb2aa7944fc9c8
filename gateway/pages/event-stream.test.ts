/** Owns the test of reading server-sent events, however they are cut. */

import { expect, test } from 'vitest'
import { eventReader } from './event-stream.ts'

const TEXT =
  ': welcome\n\nevent: figures\ndata: {"a": 1}\n\n: alive\n\nevent: trouble\ndata: one\ndata: two\n\ndata: x\n\nevent: fig'
const EVENTS = [
  { event: 'figures', data: '{"a": 1}' },
  { event: 'trouble', data: 'one\ntwo' },
  { event: 'message', data: 'x' },
]

test.each([1, 2, 7, 1_000])('the same events come of pieces of %i characters', (length) => {
  const read = eventReader()
  const events = []
  for (let at = 0; at < TEXT.length; at += length) events.push(...read(TEXT.slice(at, at + length)))
  expect(events).toEqual(EVENTS)
})
