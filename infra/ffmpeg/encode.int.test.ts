import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { CHUNK_MS } from '../../protocol/vocabulary.ts'
import { type EncodedRendition, encodeLadder } from './encode.ts'
import { MAX_TRUE_PEAK_DBTP, staticGainDb, TARGET_LUFS } from './gain.ts'
import { FRAME_SAMPLES } from './ladder.ts'
import { measureLoudness } from './loudness.ts'
import { probeAudio } from './probe.ts'
import { runTool } from './run.ts'
import { makeTone } from './test-tone.ts'

const RATE = 44_100
const LENGTH_S = 25.3
const LONGEST_MS = 3_600_000

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-encode-test-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

const concatenate = async (name: string, { initFile }: EncodedRendition, chunkFiles: readonly string[]) => {
  const path = join(folder, name)
  await writeFile(path, Buffer.concat(await Promise.all([initFile, ...chunkFiles].map((file) => readFile(file)))))
  return path
}

const samplesOf = async (path: string) => {
  const raw = `${path}.f32`
  await runTool('ffmpeg', ['-v', 'error', '-y', '-i', path, '-ac', '1', '-f', 'f32le', raw])
  const bytes = await readFile(raw)
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}

/** The decode time and the number of frames of a chunk, from its `tfdt` and `trun`. */
const timingOf = async (file: string) => {
  const bytes = await readFile(file)
  const tfdt = bytes.indexOf('tfdt', 0, 'latin1')
  const trun = bytes.indexOf('trun', 0, 'latin1')
  const time = bytes[tfdt + 4] === 0 ? bytes.readUInt32BE(tfdt + 8) : Number(bytes.readBigUInt64BE(tfdt + 8))
  return { time, frames: bytes.readUInt32BE(trun + 8) }
}

const firstPts = async (path: string) => {
  const args = ['-v', 'error', '-show_entries', 'packet=pts', '-of', 'csv=p=0', '-read_intervals', '%+#1', path]
  return Number.parseInt((await runTool('ffprobe', args)).stdout, 10)
}

/** How alike `a` from `atA` and `b` from `atB` are, -1 … 1. */
const likeness = (a: Float32Array, atA: number, b: Float32Array, atB: number, count: number) => {
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < count; i++) {
    const [x, y] = [a[atA + i] ?? 0, b[atB + i] ?? 0]
    ab += x * y
    aa += x * x
    bb += y * y
  }
  return ab / Math.sqrt(aa * bb)
}

describe('a ladder of loud noise', () => {
  let source: string
  let renditions: EncodedRendition[]
  beforeAll(async () => {
    source = join(folder, 'noise.wav')
    const noise = `anoisesrc=d=${LENGTH_S}:r=${RATE}:c=pink:seed=7:a=1,lowpass=f=6000,volume=6dB`
    await makeTone(source, { source: noise, output: ['-ac', '2'] })
    const measured = await measureLoudness(source, LONGEST_MS)
    const gainDb = staticGainDb(measured.integratedLufs, measured.truePeakDbtp)
    renditions = await encodeLadder({
      source,
      folder: await mkdtemp(join(folder, 'noise-')),
      gainDb,
      sampleRateHz: RATE,
      longestMs: LONGEST_MS,
    })
  })

  test('has three renditions with the same number of chunks', () => {
    expect(renditions.map(({ bitrateKbps }) => bitrateKbps)).toEqual([96, 160, 320])
    for (const { chunkFiles } of renditions) expect(chunkFiles).toHaveLength(Math.ceil((LENGTH_S * 1_000) / CHUNK_MS))
  })

  test('chunk i begins, in absolute decode time, with the first frame at or after i × 4 s, and none is lost between', async () => {
    for (const { chunkFiles } of renditions) {
      let next = 0
      for (const [index, file] of chunkFiles.entries()) {
        const { time, frames } = await timingOf(file)
        expect(time).toBe(Math.ceil((index * CHUNK_MS * RATE) / 1_000 / FRAME_SAMPLES) * FRAME_SAMPLES)
        expect(time).toBe(next)
        next = time + frames * FRAME_SAMPLES
      }
    }
  })

  test('the first sample heard is the first of the source: chunks cover i × 4 s for whoever seeks there', async () => {
    for (const rendition of renditions) {
      const whole = await concatenate('whole.mp4', rendition, rendition.chunkFiles)
      expect(await firstPts(whole)).toBe(-FRAME_SAMPLES)
      const [original, decoded] = [await samplesOf(source), await samplesOf(whole)]
      expect(decoded.length).toBeGreaterThanOrEqual(original.length + FRAME_SAMPLES)
      expect(decoded.length).toBeLessThan(original.length + 3 * FRAME_SAMPLES)
      for (const at of [0, 8 * RATE, 24 * RATE]) {
        expect(likeness(original, at, decoded, at + FRAME_SAMPLES, RATE)).toBeGreaterThan(0.95)
        expect(likeness(original, at, decoded, at + FRAME_SAMPLES + 40, RATE)).toBeLessThan(0.7)
      }
    }
  })

  test('any chunk plays alone, at its own time', async () => {
    const [rendition] = renditions
    if (rendition === undefined) throw new Error('there is no rendition')
    for (const index of [5, 2]) {
      const alone = await concatenate('alone.mp4', rendition, rendition.chunkFiles.slice(index, index + 1))
      const { time, frames } = await timingOf(rendition.chunkFiles[index] ?? '')
      expect(await firstPts(alone)).toBe(time - FRAME_SAMPLES)
      expect((await samplesOf(alone)).length).toBe(frames * FRAME_SAMPLES)
    }
  })

  test('is brought to the target without going over the peak', async () => {
    const loudest = renditions.at(-1)
    if (loudest === undefined) throw new Error('there is no rendition')
    const result = await measureLoudness(await concatenate('loud.mp4', loudest, loudest.chunkFiles), LONGEST_MS)
    expect(result.integratedLufs).toBeLessThanOrEqual(TARGET_LUFS + 0.2)
    expect(result.truePeakDbtp).toBeLessThanOrEqual(MAX_TRUE_PEAK_DBTP + 0.3)
    expect(Math.max(result.integratedLufs - TARGET_LUFS, result.truePeakDbtp - MAX_TRUE_PEAK_DBTP)).toBeGreaterThan(
      -0.5,
    )
  })
})

test.each([
  { form: 'mono at 22.05 kHz', source: 'sine=f=440:d=5:r=22050', output: [], rate: 44_100 },
  {
    form: 'six channels at 96 kHz',
    source: 'aevalsrc=0.1*sin(880*t)|0|0|0|0|0:c=5.1:s=96000:d=5',
    output: [],
    rate: 48_000,
  },
  { form: '24 bits', source: 'sine=f=440:d=5:r=48000', output: ['-c:a', 'pcm_s24le'], rate: 48_000 },
])('$form becomes stereo at $rate Hz', async ({ source, output, rate }) => {
  const path = join(folder, 'form.wav')
  await makeTone(path, { source, output })
  const probe = await probeAudio(path)
  const target = await mkdtemp(join(folder, 'form-'))
  const [first] = await encodeLadder({
    source: path,
    folder: target,
    gainDb: 0,
    sampleRateHz: probe.sampleRateHz,
    longestMs: LONGEST_MS,
  })
  if (first === undefined) throw new Error('there is no rendition')
  const result = await probeAudio(await concatenate('form.mp4', first, first.chunkFiles))
  expect(result).toMatchObject({ codec: 'aac', channels: 2, sampleRateHz: rate })
  expect(first.chunkFiles).toHaveLength(2)
})

test('an encode that is no longer wanted ends at once', async () => {
  const source = join(folder, 'long.wav')
  await makeTone(source, { source: 'sine=f=440:d=600:r=44100' })
  const controller = new AbortController()
  const target = await mkdtemp(join(folder, 'stop-'))
  const work = encodeLadder(
    { source, folder: target, gainDb: 0, sampleRateHz: RATE, longestMs: LONGEST_MS },
    controller.signal,
  )
  const began = performance.now()
  setTimeout(() => controller.abort(new Error('not wanted')), 300)
  await expect(work).rejects.toThrow('not wanted')
  expect(performance.now() - began).toBeLessThan(3_000)
})

test('a failure carries the last lines of ffmpeg', async () => {
  const source = join(folder, 'text.flac')
  await writeFile(source, 'this is no music')
  await expect(measureLoudness(source, LONGEST_MS)).rejects.toThrow(
    /^ffmpeg ended with code \d+: .*Cannot determine format of input stream/,
  )
})

test('an absent ffmpeg is told as such', async () => {
  vi.stubEnv('PATH', folder)
  await expect(runTool('ffmpeg', ['-version'])).rejects.toThrow('ffmpeg is not installed: apt-get install ffmpeg')
  vi.unstubAllEnvs()
})
