/** Owns making the demo pieces as files: synthesised here, written as FLAC with their tags. */

import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from '../ffmpeg/run.ts'
import { arrange } from './arrange.ts'
import type { DemoTrack } from './demo-tracks.ts'
import { renderScore } from './render.ts'
import { wavOf } from './wav.ts'

/** Writes the pieces into `folder`, each while the one before it is still being compressed. */
export async function makeDemoFiles(
  tracks: readonly DemoTrack[],
  folder: string,
  signal: AbortSignal,
  onMade: (track: DemoTrack) => void,
): Promise<void> {
  let compressing: Promise<void> = Promise.resolve()
  for (const track of tracks) {
    signal.throwIfAborted()
    const { piece, album } = track
    const wav = wavOf(renderScore(arrange(piece, album.style), piece.lengthS, album.style.room))
    await compressing
    compressing = compress(track, wav, folder, signal).then(() => onMade(track))
  }
  await compressing
}

async function compress(track: DemoTrack, wav: Buffer, folder: string, signal: AbortSignal): Promise<void> {
  const source = join(folder, `${track.isrc}.pcm`)
  await writeFile(source, wav)
  const args = [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-y', '-f', 'wav', '-i', `file:${source}`],
    ...tagsOf(track).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]),
    // The hash of the file names the track: nothing that differs between two runs may be in it.
    ...['-c:a', 'flac', '-compression_level', '1', '-fflags', '+bitexact', '-flags:a', '+bitexact'],
    `file:${join(folder, `${track.isrc}.flac`)}`,
  ]
  await runTool('ffmpeg', args, signal)
  await rm(source)
}

function tagsOf({ piece, album, isrc, trackNumber }: DemoTrack): [name: string, value: string][] {
  const tags: [string, string][] = [
    ['TITLE', piece.title],
    ['ARTIST', album.artist],
    ['ALBUM', album.title],
    ['DATE', album.releasedOn],
    ['TRACKNUMBER', String(trackNumber)],
    ['ISRC', isrc],
  ]
  if (piece.composers.length > 0) tags.push(['COMPOSER', piece.composers.join('; ')])
  return tags
}
