import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readIsrc } from '../catalog/isrc.ts'
import { arrange } from './arrange.ts'
import { demoTracks } from './demo-tracks.ts'
import { SAMPLE_RATE_HZ } from './instruments.ts'
import { renderScore } from './render.ts'
import { wavOf } from './wav.ts'

const LENGTH_S = 12

describe.each(demoTracks('full'))('$piece.title', ({ piece, album }) => {
  const short = { ...piece, lengthS: LENGTH_S }
  const sound = renderScore(arrange(short, album.style), LENGTH_S, album.style.room)

  test('is the same every time', () => {
    const again = renderScore(arrange(short, album.style), LENGTH_S, album.style.room)
    const hash = (wav: Buffer) => createHash('sha256').update(wav).digest('hex')
    expect(hash(wavOf(again))).toBe(hash(wavOf(sound)))
  })

  test('is heard, does not clip, and has no constant part', () => {
    for (const channel of [sound.left, sound.right]) {
      const peak = channel.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      const mean = channel.reduce((sum, value) => sum + value, 0) / channel.length
      const rms = Math.sqrt(channel.reduce((sum, value) => sum + value * value, 0) / channel.length)
      expect(peak).toBeLessThanOrEqual(0.85)
      expect(rms).toBeGreaterThan(0.02)
      expect(Math.abs(mean)).toBeLessThan(0.005)
    }
  })

  test('never falls silent for two seconds before its end', () => {
    const window = 2 * SAMPLE_RATE_HZ
    for (let start = 0; start + window <= (LENGTH_S - 3) * SAMPLE_RATE_HZ; start += window / 2) {
      const peak = sound.left.slice(start, start + window).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      expect(peak).toBeGreaterThan(0.01)
    }
  })
})

test('there are a dozen pieces by at least four artists, of real lengths, each with its own code', () => {
  const tracks = demoTracks('full')
  expect(tracks.length).toBeGreaterThanOrEqual(12)
  expect(new Set(tracks.map(({ album }) => album.artist)).size).toBeGreaterThanOrEqual(4)
  expect(new Set(tracks.map(({ isrc }) => readIsrc(isrc))).size).toBe(tracks.length)
  for (const { piece } of tracks) expect(piece.lengthS).toBeGreaterThanOrEqual(90)
})

test('the tiny catalog has three pieces that are long enough to be paid for', () => {
  const tracks = demoTracks('tiny')
  expect(tracks).toHaveLength(3)
  for (const { piece } of tracks) expect(piece.lengthS).toBeGreaterThanOrEqual(70)
})

test('a WAV file says its form and holds the samples', () => {
  const wav = wavOf({ left: Float32Array.of(0, 1), right: Float32Array.of(-1, 2) })
  expect(wav.toString('latin1', 0, 4)).toBe('RIFF')
  expect(wav.readUInt32LE(4)).toBe(wav.length - 8)
  expect(wav.readUInt32LE(24)).toBe(SAMPLE_RATE_HZ)
  expect([44, 46, 48, 50].map((at) => wav.readInt16LE(at))).toEqual([0, -32_767, 32_767, 32_767])
})
