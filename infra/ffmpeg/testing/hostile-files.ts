/** Owns making sound files for tests that are much more than they look like, or lie about how much they are. */

import { readFile, writeFile } from 'node:fs/promises'
import { makeTone } from '../test-tone.ts'

const RATE = 44_100
/** Where STREAMINFO ends, which every FLAC file begins with, and where it tells how many samples there are. */
const STREAMINFO_END = 42
const SAMPLES_AT = 22
const VORBIS_COMMENT = 4

/** Some 150 bytes a second: all of its subframes are constant. */
export const makeSilence = (path: string, seconds: number): Promise<void> =>
  makeTone(path, { source: `anullsrc=r=${RATE}:cl=stereo:d=${seconds}` })

/** The FLAC file says that it is so long; 0: it says nothing. */
export async function sayLength(path: string, seconds: number): Promise<void> {
  const flac = await readFile(path)
  flac.writeUInt32BE(seconds * RATE, SAMPLES_AT)
  await writeFile(path, flac)
}

/** A FLAC file with a tag of so many letters. */
export async function addTag(path: string, letters: number): Promise<void> {
  const flac = await readFile(path)
  const text = Buffer.from(`COMMENT=${'x'.repeat(letters)}`)
  const [noVendor, oneTag, length] = [0, 1, text.length].map((value) => {
    const word = Buffer.alloc(4)
    word.writeUInt32LE(value)
    return word
  }) as [Buffer, Buffer, Buffer]
  const block = Buffer.concat([noVendor, oneTag, length, text])
  const head = Buffer.alloc(4)
  head.writeUInt32BE(block.length)
  head[0] = VORBIS_COMMENT
  const parts = [flac.subarray(0, STREAMINFO_END), head, block, flac.subarray(STREAMINFO_END)]
  await writeFile(path, Buffer.concat(parts))
}

/** An MP4 file whose every packet takes no time. */
export async function stopItsClock(path: string): Promise<void> {
  const mp4 = await readFile(path)
  const at = mp4.indexOf('stts', 0, 'latin1')
  const entries = mp4.readUInt32BE(at + 8)
  for (let entry = 0; entry < entries; entry += 1) mp4.writeUInt32BE(0, at + 16 + entry * 8)
  // Nor is any of it left out for the list of edits.
  mp4.write('free', mp4.indexOf('edts', 0, 'latin1'), 'latin1')
  await writeFile(path, mp4)
}
