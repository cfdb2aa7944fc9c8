import { describe, expect, it } from 'vitest'
import { elsewhere, playheadMs, type SeenDevice } from './device-list.ts'

const device = (changes: Partial<SeenDevice>): SeenDevice => ({
  device_id: 'tv',
  name: 'Living room',
  kind: 'tv',
  status: 'playing',
  position_ms: 10_000,
  at_ms: 1_000,
  track: { track_id: 't', title: 'Song', artist: 'Band', duration_ms: 60_000 },
  fence: 5,
  yours: true,
  you: false,
  ...changes,
})

describe('A6 the playhead of another device', () => {
  it('moves on from where it was while it plays, to the end of the track and not beyond', () => {
    expect(playheadMs(device({}), 4_000)).toBe(13_000)
    expect(playheadMs(device({}), 400_000)).toBe(60_000)
    expect(playheadMs(device({}), 0)).toBe(10_000)
    expect(playheadMs(device({ status: 'paused' }), 4_000)).toBe(10_000)
  })
})

describe('what the listener hears instead of this page', () => {
  it.each(['loading', 'playing', 'stalled'] as const)('is nothing while this page is %s', (phase) => {
    expect(elsewhere([device({})], { phase, fence: 0 })).toBe(undefined)
  })

  it('is the device that plays, even when this page is paused', () => {
    const paused = device({ device_id: 'car', status: 'paused' })
    expect(elsewhere([paused, device({})], { phase: 'paused', fence: 0 })?.device_id).toBe('tv')
    expect(elsewhere([paused], { phase: 'paused', fence: 0 })).toBe(undefined)
  })

  it('is else the one that was paused last', () => {
    const devices = [1, 3, 2].map((at_ms) => device({ device_id: `d${at_ms}`, status: 'paused', at_ms }))
    expect(elsewhere(devices, { phase: 'idle', fence: 0 })?.device_id).toBe('d3')
    expect(elsewhere([device({ status: 'stopped' })], { phase: 'idle', fence: 0 })).toBe(undefined)
  })

  it('is never a device of another member', () => {
    expect(elsewhere([device({ yours: false })], { phase: 'idle', fence: 0 })).toBe(undefined)
  })

  it('is another tab of this browser when that was granted the stream since, and not what this one has just ended', () => {
    const here = device({ you: true })
    expect(elsewhere([here], { phase: 'idle', fence: 4 })).toBe(here)
    expect(elsewhere([here], { phase: 'idle', fence: 5 })).toBe(undefined)
  })
})
