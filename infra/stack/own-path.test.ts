import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PROJECT_ROOT } from './folders.ts'
import { ownPath } from './own-path.ts'

let folder: string
const children: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-own-path-test-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

/** A process that has a folder of its own there, with a file in it. */
async function owner(after = ''): Promise<ChildProcess> {
  const program = `
    import { mkdir, writeFile } from 'node:fs/promises'
    import { ownPath } from './infra/stack/own-path.ts'
    const own = await ownPath(${JSON.stringify(folder)}, 'work-')
    await mkdir(own.path)
    await writeFile(own.path + '/file', 'x')
    ${after}
    console.log('there')
    setInterval(() => undefined, 1_000)`
  const args = ['--import', 'tsx', '--input-type=module', '-e', program]
  const child = spawn(process.execPath, args, { cwd: PROJECT_ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

test('what a killed process left goes when the next begins, and what a living one has stays', async () => {
  const [killed, living] = [await owner(), await owner()]
  expect(await readdir(folder)).toHaveLength(2)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  await mkdir(join(folder, 'work-of-somebody-else'))
  await writeFile(join(folder, 'work-00000000-1-1-00000000'), 'of another machine')
  const own = await ownPath(folder, 'work-')
  await mkdir(own.path)
  const names = await readdir(folder)
  expect(names.filter((name) => name.includes(`-${living.pid}-`))).toHaveLength(1)
  expect(names.filter((name) => name.includes(`-${killed.pid}-`))).toEqual([])
  expect(names).toContain('work-of-somebody-else')
  expect(names).toContain('work-00000000-1-1-00000000')
  await own.end()
  expect(await readdir(folder)).toHaveLength(3)
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'it goes when the process is ended by %s, as by it',
  async (signal) => {
    const child = await owner()
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([null, signal])
    expect(await readdir(folder)).toEqual([])
  },
)

test('who takes a signal himself is not ended by it, and has his path no more', async () => {
  const child = await owner(`process.on('SIGTERM', () => process.exit(7))`)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([7, null])
  expect(await readdir(folder)).toEqual([])
})
