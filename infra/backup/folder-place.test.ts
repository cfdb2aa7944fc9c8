import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { folderPlace } from './folder-place.ts'
import { keepsBackups } from './place.contract.ts'

const made: string[] = []
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'segue-place-'))
  made.push(path)
  return path
}
afterEach(async () => {
  for (const path of made.splice(0)) await rm(path, { recursive: true, force: true })
})

describe('a folder', () => {
  keepsBackups(async () => folderPlace(join(await folder(), 'not', 'made', 'yet')))

  test('is read by its maker alone', async () => {
    const path = await folder()
    await folderPlace(path).put('a/b', Readable.from([Buffer.from('x')]))
    expect((await stat(join(path, 'a'))).mode & 0o777).toBe(0o700)
    expect((await stat(join(path, 'a', 'b'))).mode & 0o777).toBe(0o600)
  })
})
