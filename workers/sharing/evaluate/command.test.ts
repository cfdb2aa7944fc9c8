import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { evaluateCommand } from './command.ts'

const DAY_MS = 86_400_000
let folder = ''
const file = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-sharing-'))
  // A home in Berlin, and one behind a network that only a file knows, every evening for four weeks.
  const homes = [
    { device: 'one', ip: '192.0.2.1', asn: 3320, country: 'DE', lat: 52.52, lon: 13.41 },
    { device: 'two', ip: '198.51.100.1', asn: 64_900, country: 'FR', lat: 48.86, lon: 2.35 },
  ]
  const evenings = Array.from({ length: 28 }, (_, day) => Date.UTC(2026, 2, 2, 20) + day * DAY_MS)
  const lines = evenings.flatMap((at) =>
    homes.map((home) => ({ at, account: 'a', plan: 'family', kind: 'tv', ...home, event: 'play_start' })),
  )
  await writeFile(file('events'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  await writeFile(file('labels'), 'account,shared\na,true\n')
  await writeFile(file('networks'), 'asn,kind\n64900,hosting\n')
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

let printed: string[] = []
beforeEach(() => {
  printed = []
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text))
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
})

const run = (...flags: string[]) =>
  evaluateCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parseAsync(['--events', file('events'), ...flags], { from: 'user' })

test('labels alone print how well the scores agree, and nothing is written', async () => {
  await run('--labels', file('labels'))
  expect(JSON.parse(printed.join(''))).toMatchObject({ precision: 1, recall: 1, prAuc: 1, falseAlarms: 0 })
  expect((await readdir(folder)).sort()).toEqual(['events', 'labels', 'networks'])
})

test('networks of a file and limits of travel are what it scores by', async () => {
  await run('--scores', file('scores'), '--networks', file('networks'), '--travel', '50:120,700:900')
  expect(await readFile(file('scores'), 'utf8')).toMatch(/^account,score,flagged,evidence\na,0\.\d+,false,/)
  expect(printed).toEqual([])
})

test.each([
  ['nothing to tell', () => [], 'nothing would be told: give --scores <file>, --labels <file> or both'],
  [
    'no limit of travel',
    () => ['--travel', '100'],
    "'100' is not kilometres and kilometres an hour above 0, as 100:300",
  ],
  ['no networks', () => ['--networks', file('labels')], 'unknown column `account`; wanted are asn,kind'],
])('is refused: %s', async (_, flags, reason) => {
  const given = flags().length === 0 ? [] : ['--labels', file('labels'), ...flags()]
  await expect(run(...given)).rejects.toThrow(reason)
  expect(printed).toEqual([])
})
