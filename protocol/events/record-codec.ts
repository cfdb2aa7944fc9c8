/** Owns the bytes of a record on `playback.events`: MessagePack, checked when read. */

import { TypeCompiler } from '@sinclair/typebox/compiler'
import { Packr } from 'msgpackr'
import { PlaybackRecord } from './playback-record.ts'

const packr = new Packr({ useRecords: false, variableMapSize: true, mapsAsObjects: true, int64AsType: 'number' })
const check = TypeCompiler.Compile(PlaybackRecord)

export function encodeRecord(record: PlaybackRecord): Uint8Array {
  return packr.pack(record)
}

/** @throws {Error} saying which field is wrong, when the bytes are not a record of this version. */
export function decodeRecord(bytes: Uint8Array): PlaybackRecord {
  const value: unknown = packr.unpack(bytes)
  if (check.Check(value)) return value
  const first = check.Errors(value).First()
  throw new Error(`not a playback record: ${first?.path ?? ''} ${first?.message ?? ''}`.trim())
}
