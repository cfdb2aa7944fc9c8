/** Owns the test that a file takes no more time, memory and disk than it is given, whatever it says of itself. */

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeLadder } from './encode.ts'
import { measureLoudness } from './loudness.ts'
import { probeAudio } from './probe.ts'
import { runTool } from './run.ts'
import { makeTone } from './test-tone.ts'
import { addTag, makeSilence, sayLength, stopItsClock } from './testing/hostile-files.ts'

const LONGEST_MS = 20_000
const WITHIN_MS = 10_000
/** Three renditions of so much and a little more. */
const MOST_BYTES = (LONGEST_MS / 1_000 + 2) * ((96 + 160 + 320) / 8) * 1_000

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-bounds-test-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function bytesIn(place: string): Promise<number> {
  let bytes = 0
  for (const path of await readdir(place, { recursive: true })) bytes += (await stat(join(place, path))).size
  return bytes
}

test('sound that its header does not tell of is measured to the bound and no further', async () => {
  const path = join(folder, 'longer.flac')
  await makeSilence(path, 900)
  await sayLength(path, 5)
  expect((await probeAudio(path)).declaredMs).toBe(5_000)
  const began = performance.now()
  const { decodedMs } = await measureLoudness(path, LONGEST_MS)
  expect(decodedMs).toBeGreaterThan(LONGEST_MS)
  expect(decodedMs).toBeLessThan(LONGEST_MS + 2_000)
  expect(performance.now() - began).toBeLessThan(WITHIN_MS)
})

const LIES = [
  ['lies about its length', 'flac', sayLength],
  ['has a clock that stands still', 'm4a', stopItsClock],
] as const

test.each(LIES)('a file that %s fills no disk with renditions', async (what, form, lie) => {
  const path = join(folder, `long.${form}`)
  await makeTone(path, { source: 'anoisesrc=d=150:r=44100:a=0.2', output: ['-ac', '2'] })
  await lie(path, 5)
  const target = await mkdtemp(join(folder, 'made-'))
  await encodeLadder({ source: path, folder: target, gainDb: 0, sampleRateHz: 44_100, longestMs: LONGEST_MS })
  const bytes = await bytesIn(target)
  expect([what, bytes > 100_000, bytes < MOST_BYTES]).toEqual([what, true, true])
})

test('a file that has more to say of itself than anybody reads is refused, and not kept in memory', async () => {
  const path = join(folder, 'talks.flac')
  await makeSilence(path, 5)
  await addTag(path, 8_000_000)
  await expect(probeAudio(path)).rejects.toThrow('ffprobe was ended: it has more to say of the file than is read')
})

test('what takes too long is ended', async () => {
  const forever = ['-v', 'error', '-re', '-f', 'lavfi', '-i', 'sine=440', '-f', 'null', '-']
  const began = performance.now()
  await expect(runTool('ffmpeg', forever, undefined, 1_000)).rejects.toThrow(
    'ffmpeg was ended: it was not done within 1 s',
  )
  expect(performance.now() - began).toBeLessThan(WITHIN_MS)
})
