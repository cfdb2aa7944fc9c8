/** Owns the texts of the processor profiles that a run has left. */

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CpuProfile, profileText } from './profile-text.ts'

/** Beside each profile in `folder` its text. @returns the files written. */
export async function writeProfileTexts(folder: string): Promise<string[]> {
  const profiles = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'))
  return await Promise.all(
    profiles.map(async (name) => {
      const file = join(folder, `${name.slice(0, -'.cpuprofile'.length)}.txt`)
      await writeFile(file, profileText(JSON.parse(await readFile(join(folder, name), 'utf8')) as CpuProfile))
      return file
    }),
  )
}
