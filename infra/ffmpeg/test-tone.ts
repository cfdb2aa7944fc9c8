/** Owns making sound files for tests, of any form that ffmpeg writes. */

import { runTool } from './run.ts'

export interface ToneSettings {
  /** A source of ffmpeg's libavfilter. */
  readonly source: string
  readonly tags?: Readonly<Record<string, string>>
  /** Further output options. */
  readonly output?: readonly string[]
}

export async function makeTone(path: string, { source, tags = {}, output = [] }: ToneSettings): Promise<void> {
  const metadata = Object.entries(tags).flatMap(([name, value]) => ['-metadata', `${name}=${value}`])
  await runTool('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, ...metadata, ...output, `file:${path}`])
}
