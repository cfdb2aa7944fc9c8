/** Owns the corpus: frames that once went wrong, kept as files and offered again by every run of the tests. */

import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import type { Failure } from './bench.ts'

const FOLDER = new URL('corpus/', import.meta.url)

export async function readCorpus(): Promise<[string, Failure][]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).sort()
  const read = async (name: string): Promise<[string, Failure]> => [
    name,
    JSON.parse(await readFile(new URL(name, FOLDER), 'utf8')),
  ]
  return Promise.all(names.map(read))
}

/** Writes the frame to a file that is named by it, unless it is there. */
export async function keepInCorpus(failure: Failure): Promise<void> {
  const name = createHash('sha256').update(`${failure.stage} ${failure.encoding} ${failure.hex}`).digest('hex')
  const file = new URL(`${name.slice(0, 16)}.json`, FOLDER)
  // What a frame did first is why it is kept.
  const known = await stat(file).catch(() => undefined)
  if (known === undefined) await rename(await written(failure), file)
}

/** Whole before it has its name: two may keep the same frame at the same moment. */
async function written(failure: Failure): Promise<URL> {
  const aside = new URL(`${randomUUID()}.new`, FOLDER)
  await writeFile(aside, `${JSON.stringify(failure, null, 2)}\n`)
  return aside
}
