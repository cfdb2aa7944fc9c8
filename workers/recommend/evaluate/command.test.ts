import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { evaluateCommand } from './command.ts'

const SESSIONS = ['SessionId ItemId Time', '1 10 100', '1 9 101', '2 10 200', '2 11 201', '3 9 300', '3 10 301']
let folder = ''
const file = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-recommend-'))
  await writeFile(file('sessions'), `${SESSIONS.map((row) => row.replaceAll(' ', '\t')).join('\n')}\n`)
})
afterAll(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

test('train, test and out are enough: it is the blend then, as when that is named', async () => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const run = async (out: string, ...more: string[]) => {
    const flags = ['--train', file('sessions'), '--test', file('sessions'), '--out', file(out), ...more]
    await evaluateCommand().parseAsync(flags, { from: 'user' })
    return { lists: await readFile(file(out), 'utf8'), algo: JSON.parse(printed.mock.lastCall?.[0]).algo }
  }
  const unnamed = await run('unnamed')
  expect(unnamed).toEqual({ lists: expect.stringContaining('\n1\t0\t'), algo: 'blend' })
  expect(await run('named', '--algo', 'blend')).toEqual(unnamed)
  expect((await run('other', '--algo', 'popularity')).lists).not.toBe(unnamed.lists)
})
