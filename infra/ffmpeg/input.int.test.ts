/** Owns the test that a file for the catalog leads nowhere: no address is asked, and no other file is read, whatever it says. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { encodeLadder } from './encode.ts'
import { measureLoudness } from './loudness.ts'
import { probeAudio } from './probe.ts'
import { FfmpegError, runTool } from './run.ts'

const LONGEST_MS = 60_000

let folder: string
let server: Server
let asked: string[] = []
let address: string
let secret: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-hostile-'))
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  secret = join(folder, 'secret.wav')
  const tone = ['-v', 'error', '-f', 'lavfi', '-i', 'sine=440:duration=6', '-ac', '2', secret]
  await runTool('ffmpeg', tone)
})
beforeEach(() => {
  asked = []
})
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

const hls = (where: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n${where}\n#EXT-X-ENDLIST\n`
const dash = (where: string) =>
  `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT6S"><Period>` +
  `<AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1"><BaseURL>${where}</BaseURL></Representation></AdaptationSet></Period></MPD>`

const FILES: readonly (readonly [string, () => string])[] = [
  ['an HLS list of an address', () => hls(`http://${address}/chunk.ts`)],
  ['an HLS list of a file of this machine', () => hls(`file://${secret}`)],
  [
    'an HLS list whose key is at an address',
    () => hls(`a.ts`).replace('#EXTINF', `#EXT-X-KEY:METHOD=AES-128,URI="http://${address}/key"\n#EXTINF`),
  ],
  ['a DASH manifest', () => dash(`http://${address}/audio.mp4`)],
  ['a concat script of an address', () => `ffconcat version 1.0\nfile 'http://${address}/audio.wav'\n`],
  ['a concat script of a file beside it', () => `ffconcat version 1.0\nfile 'secret.wav'\n`],
  [
    'a session description',
    () => `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n`,
  ],
]

describe('a file for the catalog that is in truth', () => {
  test.each(FILES)('%s is refused, and nothing that it names is asked or read', async (_what, content) => {
    const path = join(folder, 'song.mp3')
    await writeFile(path, content())
    await expect(probeAudio(path)).rejects.toThrow(FfmpegError)
    await expect(measureLoudness(path, LONGEST_MS)).rejects.toThrow(FfmpegError)
    const settings = {
      source: path,
      folder: join(folder, 'made'),
      gainDb: 0,
      sampleRateHz: 44_100,
      longestMs: LONGEST_MS,
    }
    await expect(encodeLadder(settings)).rejects.toThrow(FfmpegError)
    expect(asked).toEqual([])
  })

  test('audio is taken', async () => {
    expect((await probeAudio(secret)).codec).toBe('pcm_s16le')
    expect((await measureLoudness(secret, LONGEST_MS)).decodedMs).toBeGreaterThan(5_900)
  })
})
