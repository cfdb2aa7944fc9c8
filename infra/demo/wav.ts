/** Owns writing sound as a WAV file: 16 bits, two channels. */

import { SAMPLE_RATE_HZ } from './instruments.ts'
import type { Stereo } from './render.ts'

const HEADER_BYTES = 44
const FRAME_BYTES = 4

export function wavOf({ left, right }: Stereo): Buffer {
  const dataBytes = left.length * FRAME_BYTES
  const wav = Buffer.alloc(HEADER_BYTES + dataBytes)
  wav.write('RIFF', 0, 'latin1')
  wav.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4)
  wav.write('WAVEfmt ', 8, 'latin1')
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(2, 22)
  wav.writeUInt32LE(SAMPLE_RATE_HZ, 24)
  wav.writeUInt32LE(SAMPLE_RATE_HZ * FRAME_BYTES, 28)
  wav.writeUInt16LE(FRAME_BYTES, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36, 'latin1')
  wav.writeUInt32LE(dataBytes, 40)
  // The header is a multiple of 4 long, and every machine this runs on is little-endian.
  const samples = new Int16Array(wav.buffer, wav.byteOffset + HEADER_BYTES, left.length * 2)
  for (let i = 0; i < left.length; i++) {
    samples[2 * i] = toInt16(left[i] ?? 0)
    samples[2 * i + 1] = toInt16(right[i] ?? 0)
  }
  return wav
}

function toInt16(value: number): number {
  return Math.round(Math.max(-1, Math.min(1, value)) * 32_767)
}
