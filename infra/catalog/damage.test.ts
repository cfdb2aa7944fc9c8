import { expect, test } from 'vitest'
import { damageOf } from './damage.ts'

const probe = { format: 'flac', codec: 'flac', sampleRateHz: 44_100, channels: 2, declaredMs: 60_000, tags: new Map() }
const measured = { integratedLufs: -20, truePeakDbtp: -3, decodedMs: 60_000, decodeErrors: [] as string[] }

test('a whole file is sound', () => {
  expect(damageOf(probe, measured)).toBeUndefined()
})

test('encoder padding is no damage', () => {
  expect(damageOf(probe, { ...measured, decodedMs: 59_900 })).toBeUndefined()
})

test('a file that ends early is damaged, and the reason says where', () => {
  expect(damageOf(probe, { ...measured, decodedMs: 30_300 })).toBe('damaged: only 30.3 s of 60.0 s can be decoded')
})

test('a lossless file with a bad packet is damaged, a lossy one is concealed by its decoder', () => {
  const hurt = { ...measured, decodeErrors: ['invalid residual'] }
  expect(damageOf(probe, hurt)).toBe('damaged: invalid residual')
  expect(damageOf({ ...probe, codec: 'pcm_s16le' }, hurt)).toBe('damaged: invalid residual')
  expect(damageOf({ ...probe, codec: 'vorbis' }, hurt)).toBeUndefined()
})

test('a file that declares no length is judged by its packets alone', () => {
  expect(damageOf({ ...probe, declaredMs: undefined }, { ...measured, decodedMs: 5 })).toBeUndefined()
})
