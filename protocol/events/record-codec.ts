/** Owns the bytes of a record on `playback.events`: MessagePack, checked when read. */

import { TypeCompiler } from '@sinclair/typebox/compiler'
import { plainMsgpack } from '../plain-msgpack.ts'
import { PlaybackRecord } from './playback-record.ts'

const check = TypeCompiler.Compile(PlaybackRecord)

export function encodeRecord(record: PlaybackRecord): Uint8Array {
  return plainMsgpack.pack(record)
}

/** @throws {Error} saying which field is wrong, when the bytes are not a record of this version. */
export function decodeRecord(bytes: Uint8Array): PlaybackRecord {
  const value: unknown = plainMsgpack.unpack(bytes)
  if (check.Check(value)) return value
  const first = check.Errors(value).First()
  throw new Error(`not a playback record: ${first?.path ?? ''} ${first?.message ?? ''}`.trim())
}
