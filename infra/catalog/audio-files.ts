/** Owns finding the music in a folder. */

import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'

/** What is taken, by the end of its name. */
export const AUDIO_EXTENSIONS: ReadonlySet<string> = new Set(['.flac', '.wav', '.ogg', '.mp3'])

/** The audio files in `folder` and below it, in the order of their paths, which is the same on every machine. */
export async function findAudioFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => isAudio(entry))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** Names that begin with a dot are left out: macOS puts a `._song.mp3` beside songs on foreign disks. */
function isAudio(entry: Dirent): boolean {
  return entry.isFile() && !entry.name.startsWith('.') && AUDIO_EXTENSIONS.has(extname(entry.name).toLowerCase())
}
