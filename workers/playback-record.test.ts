import { describe, expect, it } from 'vitest'
import type { PlaybackRecord } from '../protocol/events/playback-record.ts'
import { encodeRecord } from '../protocol/events/record-codec.ts'
import { cleanText, readRecord, UnknownVersionError } from './playback-record.ts'
import { ended, event, newAccount, started, telemetry } from './testing/records.ts'

function refusalOf(bytes: Uint8Array | null): unknown {
  try {
    return readRecord(bytes)
  } catch (error) {
    return error
  }
}

describe('reading a playback record', () => {
  const account = newAccount()
  it.each([telemetry(account, [event()]), started(account), ended(account)])('gives back $type', (record) => {
    expect(readRecord(encodeRecord(record))).toEqual(record)
  })

  it.each([
    ['nothing', null],
    ['no MessagePack', Buffer.from([0xc1])],
    ['something else', Buffer.from('text')],
    ['a version that is none', encodeRecord({ ...started(account), v: -1 as 1 })],
    ['this version in another shape', encodeRecord({ type: 'telemetry', v: 1 } as unknown as PlaybackRecord)],
    ['a start of 1970', encodeRecord(started(account, { started_at_ms: 0 }))],
    ['an end beyond all calendars', encodeRecord(ended(account, { ended_at_ms: Number.MAX_SAFE_INTEGER }))],
    ['an event of 1970', encodeRecord(telemetry(account, [event(), event({ at_ms: 1 })]))],
  ])('refuses %s', (_name, bytes) => {
    const refusal = refusalOf(bytes)
    expect(refusal).toBeInstanceOf(Error)
    expect(refusal).not.toBeInstanceOf(UnknownVersionError)
  })

  it('tells a record of another version, whatever else is in it, from one that nobody can read', () => {
    const newer = { v: 2, type: 'stream-resumed', shape: ['unheard', 'of'] }
    expect(refusalOf(encodeRecord(newer as unknown as PlaybackRecord))).toBeInstanceOf(UnknownVersionError)
    expect(refusalOf(encodeRecord({ ...ended(account), v: 2 as 1 }))).toBeInstanceOf(UnknownVersionError)
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
