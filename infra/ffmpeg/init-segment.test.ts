import { expect, test } from 'vitest'
import { withMediaTime } from './init-segment.ts'

const box = (type: string, ...body: Uint8Array[]): Uint8Array => {
  const content = Buffer.concat(body)
  const header = Buffer.alloc(8)
  header.writeUInt32BE(8 + content.length, 0)
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, content])
}
const words = (...values: number[]) =>
  Buffer.concat(values.map((value) => Buffer.from(Uint32Array.of(value).buffer).swap32()))
const initWith = (elst: Uint8Array) =>
  Buffer.concat([
    box('ftyp', words(1)),
    box('moov', box('mvhd', words(2)), box('trak', box('tkhd'), box('edts', box('elst', elst)))),
  ])

test('writes the media time of a narrow edit list and leaves the rest', () => {
  const init = initWith(words(0, 1, 0, 0, 0x10000))
  expect(Buffer.from(withMediaTime(init, 1_024)).equals(initWith(words(0, 1, 0, 1_024, 0x10000)))).toBe(true)
  expect(init.equals(initWith(words(0, 1, 0, 0, 0x10000)))).toBe(true)
})

test('writes the media time of a wide edit list', () => {
  const init = initWith(words(0x01000000, 1, 0, 0, 0, 0, 0x10000))
  expect(Buffer.from(withMediaTime(init, 1_024)).equals(initWith(words(0x01000000, 1, 0, 0, 0, 1_024, 0x10000)))).toBe(
    true,
  )
})

test.each([
  ['no boxes', Buffer.alloc(0), "no 'moov' box"],
  ['no edit list', box('moov', box('trak')), "no 'edts' box"],
  ['a box longer than the file', words(400, 0x6d6f6f76), "no 'moov' box"],
  ['two edits', initWith(words(0, 2, 0, 0, 0x10000, 0, 0, 0x10000)), 'not exactly one entry'],
])('refuses %s', (_name, init, reason) => {
  expect(() => withMediaTime(init, 1_024)).toThrow(reason)
})
