/** Owns the test of what a player reports. */

import { beforeEach, expect, test } from 'vitest'
import type { TelemetryKind } from '../../../protocol/vocabulary.ts'
import { createListeningReport, type ListeningReport, type Seen } from './listening-report.ts'

let nowMs: number
let sent: [TelemetryKind, Seen][]
let report: ListeningReport
let bufferMs: number

beforeEach(() => {
  nowMs = 1_000
  sent = []
  bufferMs = 5_000
  const seen = () => ({ position_ms: nowMs - 1_000, buffer_ms: bufferMs, top_kbps: 320 as const })
  report = createListeningReport(
    900,
    seen,
    (kind, fields) => sent.push([kind, fields]),
    () => nowMs,
  )
})

const kinds = () => sent.map(([kind]) => kind)

test('the first movement is the start, with the time since it was asked for', () => {
  report.heard(160)
  report.stands()
  nowMs = 1_350
  report.moves()
  report.moves()
  const transport = { buffer_ms: 5_000, bitrate_kbps: 160, top_kbps: 320, starved: false, starting: false }
  expect(sent).toEqual([['started', { position_ms: 350, ...transport, startup_ms: 450 }]])
})

test('a position is due every ten seconds of movement, and not while paused', () => {
  report.moves()
  for (let second = 0; second < 25; second++) {
    nowMs += 1_000
    report.heard(160)
  }
  report.paused()
  nowMs += 60_000
  report.heard(160)
  expect(kinds()).toEqual(['started', 'position', 'position', 'paused'])
})

test('waiting for audio is a stall; waiting after a seek or a pause is not', () => {
  report.moves()
  report.stands()
  nowMs += 700
  report.moves()
  report.stands()
  report.seeked(90_000)
  nowMs += 700
  report.moves()
  expect(kinds()).toEqual(['started', 'stalled', 'seeked'])
  expect(sent[1]?.[1].stall_ms).toBe(700)
  expect(sent[2]?.[1].position_ms).toBe(90_000)
})

const transport = () => sent.map(([kind, { starved, starting }]) => [kind, starved, starting])

test('T5 that the buffer ran empty is said once, and that audio is awaited until the playhead moves', () => {
  report.moves()
  report.stands()
  report.paused()
  report.resumed()
  report.stands()
  nowMs += 700
  report.moves()
  report.completed()
  expect(transport()).toEqual([
    ['started', false, false],
    ['paused', true, true],
    ['resumed', false, false],
    ['stalled', true, false],
    ['completed', false, false],
  ])
})

test('T5 audio is awaited to begin, and where a seek went if it is not held; the buffer did not run empty by that', () => {
  report.stands()
  report.paused()
  report.moves()
  report.seeked(2_000)
  bufferMs = 0
  report.seeked(90_000)
  report.stands()
  report.skipped()
  expect(transport()).toEqual([
    ['paused', false, true],
    ['started', false, false],
    ['seeked', false, false],
    ['seeked', false, true],
    ['skipped', false, true],
  ])
})

test('a switch is told when the other rendition is heard', () => {
  report.heard(160)
  report.moves()
  report.heard(undefined)
  report.heard(160)
  report.heard(320)
  expect(kinds()).toEqual(['started', 'bitrate-switched'])
  expect(sent[1]?.[1].bitrate_kbps).toBe(320)
})

test.each(['skipped', 'completed'] as const)('%s is the last word on a stream', (end) => {
  report.moves()
  report[end]()
  report.paused()
  report.failed('late')
  expect(kinds()).toEqual(['started', end])
})

test('a long reason is cut to what the protocol takes', () => {
  report.failed('x'.repeat(200))
  expect(sent[0]?.[1].reason).toHaveLength(64)
})
