/**
 * Owns the edit list of an initialisation segment. ffmpeg's segmenting muxer writes one that plays the encoder's priming as
 * music; rewritten, it begins the presentation after the priming, so that the first sample heard is the first of the recording.
 * Source: ISO/IEC 14496-12, 8.6.6 (EditListBox).
 */

import { FfmpegError } from './run.ts'

/** The way from the file to the edit list. */
const PATH = ['moov', 'trak', 'edts', 'elst'] as const
const BOX_HEADER_BYTES = 8
/** In the box: version and flags, entry count, then of the first entry the duration; wider from version 1. */
const MEDIA_TIME_AT = [12, 16] as const

/** A copy of `init` whose presentation begins at `mediaTime`, in samples. */
export function withMediaTime(init: Uint8Array, mediaTime: number): Uint8Array {
  const copy = Uint8Array.from(init)
  const view = new DataView(copy.buffer)
  let body = { start: 0, end: copy.byteLength }
  for (const type of PATH) {
    const found = findBox(view, type, body)
    if (found === undefined) throw new FfmpegError(`the initialisation segment has no '${type}' box`)
    body = found
  }
  const version = view.getUint8(body.start)
  if (view.getUint32(body.start + 4) !== 1) throw new FfmpegError('the edit list has not exactly one entry')
  if (version === 0) view.setInt32(body.start + MEDIA_TIME_AT[0], mediaTime)
  else view.setBigInt64(body.start + MEDIA_TIME_AT[1], BigInt(mediaTime))
  return copy
}

interface Body {
  readonly start: number
  readonly end: number
}

function findBox(view: DataView, type: string, within: Body): Body | undefined {
  let at = within.start
  while (at + BOX_HEADER_BYTES <= within.end) {
    const size = view.getUint32(at)
    if (size < BOX_HEADER_BYTES || at + size > within.end) return undefined
    const name = String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(at + offset)))
    if (name === type) return { start: at + BOX_HEADER_BYTES, end: at + size }
    at += size
  }
  return undefined
}
