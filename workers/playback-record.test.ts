import { describe, expect, it } from 'vitest'
import { encodeRecord } from '../protocol/events/record-codec.ts'
import { cleanText, readRecord } from './playback-record.ts'
import { ended, event, newAccount, started, telemetry } from './testing/records.ts'

describe('reading a playback record', () => {
  const account = newAccount()
  it.each([telemetry(account, [event()]), started(account), ended(account)])('gives back $type', (record) => {
    expect(readRecord(encodeRecord(record))).toEqual(record)
  })

  it.each([
    ['nothing', null],
    ['no MessagePack', Buffer.from([0xc1])],
    ['something else', Buffer.from('text')],
    ['another version', encodeRecord({ ...started(account), v: 2 as 1 })],
    ['a start of 1970', encodeRecord(started(account, { started_at_ms: 0 }))],
    ['an end beyond all calendars', encodeRecord(ended(account, { ended_at_ms: Number.MAX_SAFE_INTEGER }))],
    ['an event of 1970', encodeRecord(telemetry(account, [event(), event({ at_ms: 1 })]))],
  ])('refuses %s', (_name, bytes) => {
    expect(() => readRecord(bytes)).toThrow()
  })
})

describe('clean text', () => {
  it.each([
    ['plain', 'plain'],
    ['music 🎵 stays', 'music 🎵 stays'],
    ['a\0b', 'a\ufffdb'],
    ['half \ud83c', 'half \ufffd'],
    ['\udfb5 half', '\ufffd half'],
    ['\udfb5\ud83c', '\ufffd\ufffd'],
  ])('%j', (text, clean) => {
    expect(cleanText(text)).toBe(clean)
  })
})
