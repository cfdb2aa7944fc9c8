/** Owns the test that the tutorial shows its example files as they are, and that each is as short as it says. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const PLAYERS = ['browser/player.js', 'node/player.mjs', 'own/player.mjs'] as const
const FILES = [...PLAYERS, 'browser/index.html', 'browser/vite.config.js'] as const
const LINES = 30

const read = (name: string) => readFile(join(import.meta.dirname, name), 'utf8')
const blocks = [...(await read('README.md')).matchAll(/^```\w+ title="(?<name>[^"]+)"\n(?<text>.*?)^```$/gms)].map(
  ({ groups }) => [groups?.name, groups?.text] as const,
)

test.each(FILES)('the tutorial shows %s as it is', async (name) => {
  expect(new Map(blocks).get(name)).toBe(await read(name))
})

test('the tutorial shows no other file', () => {
  expect(blocks.map(([name]) => name).sort()).toEqual([...FILES].sort())
})

test.each(PLAYERS)('%s has thirty lines at most, imports aside', async (name) => {
  const lines = (await read(name)).split('\n').filter((line) => line.trim() !== '' && !line.startsWith('import '))
  expect(lines.length).toBeLessThanOrEqual(LINES)
})
