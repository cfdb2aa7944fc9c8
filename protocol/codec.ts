/** Owns the bytes of a message: one map a frame, MessagePack without extensions, or JSON. */

import type { DownMessage } from './messages/down.ts'
import type { UpMessage } from './messages/up.ts'
import { isPlainFrame } from './plain-frame.ts'
import { plainMsgpack } from './plain-msgpack.ts'
import type { Encoding } from './version.ts'

const text = new TextDecoder('utf-8', { fatal: true })

/** The frame of `message`: bytes of its own for MessagePack, text for JSON. */
export function encodeMessage(message: DownMessage | UpMessage, encoding: Encoding): Uint8Array | string {
  return encoding === 'msgpack' ? plainMsgpack.pack(message) : JSON.stringify(message)
}

/** What a frame holds: a map with a `type`, or undefined when the frame is malformed. Nothing is known yet of its fields. */
export function decodeFrame(frame: Uint8Array | string, encoding: Encoding): { type: string } | undefined {
  let value: unknown
  try {
    if (encoding === 'json') value = JSON.parse(typeof frame === 'string' ? frame : text.decode(frame))
    else if (typeof frame !== 'string' && isPlainFrame(frame)) value = plainMsgpack.unpack(frame)
  } catch {
    // Every way of being malformed is one answer: `malformed_frame`.
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return 'type' in value && typeof value.type === 'string' ? (value as { type: string }) : undefined
}

/** A frame of the gateway, as the client reads it; undefined when malformed. The gateway is trusted for the fields. */
export function decodeDown(frame: Uint8Array | string, encoding: Encoding): DownMessage | undefined {
  return decodeFrame(frame, encoding) as DownMessage | undefined
}
