import { expect, test } from 'vitest'
import { readProbe } from './probe.ts'

const audio = { codec_type: 'audio', codec_name: 'vorbis', sample_rate: '44100', channels: 2 }

test('tags are read from container and stream, by name in lower case', () => {
  const json = {
    streams: [{ codec_type: 'video' }, { ...audio, tags: { ALBUM: 'Album' } }],
    format: { format_name: 'ogg', duration: '2.5', tags: { Title: 'Song' } },
  }
  expect(readProbe(JSON.stringify(json))).toEqual({
    format: 'ogg',
    codec: 'vorbis',
    sampleRateHz: 44_100,
    channels: 2,
    declaredMs: 2_500,
    tags: new Map([
      ['title', 'Song'],
      ['album', 'Album'],
    ]),
  })
})

test('a length that is not declared is not made up', () => {
  expect(readProbe(JSON.stringify({ streams: [audio] })).declaredMs).toBeUndefined()
})

test.each([
  [{}, 'there is no audio in it'],
  [{ streams: [{ codec_type: 'video' }] }, 'there is no audio in it'],
  [{ streams: [{ ...audio, sample_rate: '0' }] }, 'no sample rate'],
])('%j is refused', (json, reason) => {
  expect(() => readProbe(JSON.stringify(json))).toThrow(reason)
})
