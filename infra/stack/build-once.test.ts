import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildOnce } from './build-once.ts'

let sources: string
let built: Set<string>

beforeEach(async () => {
  sources = await mkdtemp(join(tmpdir(), 'segue-build-'))
  built = new Set()
  await writeFile(join(sources, 'main.ts'), "import { word } from './word.ts'\nconsole.log(word)\n")
  await writeFile(join(sources, 'word.ts'), "export const word: string = 'first'\n")
})
afterEach(async () => {
  for (const folder of [sources, ...built]) await rm(folder, { recursive: true, force: true })
})

async function build(minify = false): Promise<string> {
  const entryPoints = [join(sources, 'main.ts')]
  const folder = await buildOnce('build-once-test', { entryPoints, bundle: true, minify, format: 'esm' })
  built.add(folder)
  return folder
}
const text = (folder: string) => readFile(join(folder, 'main.js'), 'utf8')

describe('what is built of our sources', () => {
  it('is built once, and again when a source, or how it is built, is another', async () => {
    const first = await build()
    expect(await text(first)).toContain('first')
    expect(await build()).toBe(first)
    await writeFile(join(sources, 'word.ts'), "export const word: string = 'second'\n")
    const second = await build()
    expect(second).not.toBe(first)
    expect(await text(second)).toContain('second')
    expect(await build(true)).not.toBe(second)
  })

  it('is the same for all who want it at the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => build()))
    expect(new Set(all).size).toBe(1)
    expect(await text(all[0] ?? '')).toContain('first')
  })

  it('is whole or absent: one that cannot be built says so, and leaves what was built', async () => {
    const first = await build()
    await writeFile(join(sources, 'word.ts'), 'export const word: string = ')
    await expect(build()).rejects.toThrow('word.ts')
    expect(await readdir(first)).toContain('main.js')
    await rm(join(sources, 'word.ts'))
    await expect(build()).rejects.toThrow('word.ts')
  })
})
