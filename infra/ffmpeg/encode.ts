/** Owns encoding: one run of ffmpeg makes every rendition of a track, as an initialisation segment and chunks in a folder. */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BITRATES_KBPS, type BitrateKbps } from '../../protocol/vocabulary.ts'
import { withMediaTime } from './init-segment.ts'
import { decodedWithinMs } from './input.ts'
import {
  CODEC,
  type EncodeSettings,
  FRAME_SAMPLES,
  INIT_FILE,
  ladderArguments,
  PLAYLIST_FILE,
  renditionFolder,
} from './ladder.ts'
import { readPlaylist } from './playlist.ts'
import { FfmpegError, runTool } from './run.ts'

export interface EncodedRendition {
  readonly bitrateKbps: BitrateKbps
  readonly codec: string
  readonly initFile: string
  /** Chunk `i` is the i-th path. */
  readonly chunkFiles: readonly string[]
}

/** Encodes into `settings.folder`, which the caller made and removes. */
export async function encodeLadder(settings: EncodeSettings, signal?: AbortSignal): Promise<EncodedRendition[]> {
  for (const bitrate of BITRATES_KBPS) await mkdir(renditionFolder(settings.folder, bitrate), { recursive: true })
  await runTool('ffmpeg', ladderArguments(settings), signal, decodedWithinMs(settings.longestMs))

  const renditions: EncodedRendition[] = []
  for (const bitrateKbps of BITRATES_KBPS) {
    const folder = renditionFolder(settings.folder, bitrateKbps)
    const chunkFiles = readPlaylist(await readFile(join(folder, PLAYLIST_FILE), 'utf8')).map((file) =>
      join(folder, file),
    )
    if (chunkFiles.length === 0) throw new FfmpegError(`ffmpeg wrote no chunk at ${bitrateKbps} kbps`)
    const initFile = join(folder, INIT_FILE)
    await writeFile(initFile, withMediaTime(await readFile(initFile), FRAME_SAMPLES))
    renditions.push({ bitrateKbps, codec: CODEC, initFile, chunkFiles })
  }
  return renditions
}
