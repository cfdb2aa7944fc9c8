import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MODEL_NAMES, type ModelName } from '../reckoning/models/models.ts'
import { interchangeRules } from '../reckoning/rules.ts'
import { csvOf } from '../testing/month-rows.ts'
import { MONTH, monthRows } from '../testing/random-months.ts'
import { slowRoyalties } from '../testing/slow-royalties.ts'
import { compute } from './compute.ts'

const STREAM_COLUMNS = 'stream_id,listener_id,isrc,artist_id,started_at,ms_played,territory,tier,discovery'
const LISTENER_COLUMNS = 'listener_id,territory,tier,currency,net_revenue_micros'
const SPLIT_COLUMNS = 'isrc,holder_id,share_num,share_den'
const OUT_COLUMNS = 'territory,tier,currency,isrc,holder_id,amount_micros'

const GOOD = {
  streams: `${STREAM_COLUMNS}\ns1,l1,X,a1,2026-10-05T10:00:00Z,30000,DE,premium,search\n`,
  listeners: `${LISTENER_COLUMNS}\nl1,DE,premium,EUR,100\n`,
  splits: `${SPLIT_COLUMNS}\nX,h1,85,100\nX,h2,15,100\n`,
}
const OUT = `${OUT_COLUMNS}\nDE,premium,EUR,X,h1,85\nDE,premium,EUR,X,h2,15\n`
type Texts = { readonly [Name in keyof typeof GOOD]: string | Uint8Array }

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-royalties-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const path = (name: string) => join(folder, name)
async function run(texts: Partial<Texts> = {}, model: ModelName = 'pro-rata') {
  for (const [name, text] of Object.entries({ ...GOOD, ...texts })) await writeFile(path(name), text)
  const files = { streams: path('streams'), listeners: path('listeners'), splits: path('splits'), out: path('out') }
  return await compute({ files, month: MONTH, rules: interchangeRules(model, { num: 1n, den: 1n }) })
}
const written = async () => await readFile(path('out'), 'utf8')
/** What is said, without the folder. */
async function refused(texts: Partial<Texts>): Promise<string> {
  const said = await run(texts).then(
    () => 'nothing',
    (error) => String(error.message),
  )
  expect((await readdir(folder)).sort()).toEqual(['listeners', 'splits', 'streams'])
  return said.replaceAll(`${folder}/`, '')
}
const streams = (...rows: string[]) => ({ streams: [STREAM_COLUMNS, ...rows, ''].join('\n') })
const listeners = (...rows: string[]) => ({ listeners: [LISTENER_COLUMNS, ...rows, ''].join('\n') })
const splits = (...rows: string[]) => ({ splits: [SPLIT_COLUMNS, ...rows, ''].join('\n') })
const S1 = 's1,l1,X,a1,2026-10-05T10:00:00Z,30000,DE,premium,search'

test.each(MODEL_NAMES)('%s: random months agree with the slow implementation', async (model) => {
  await fc.assert(
    fc.asyncProperty(monthRows, async (rows) => {
      // Some rows stand again, and some of them next to themselves.
      const again = [...rows.streams, ...rows.streams.filter((_, index) => index % 3 === 0)]
      await run(
        {
          streams: csvOf(again, STREAM_COLUMNS.split(',')),
          listeners: csvOf(rows.listeners, LISTENER_COLUMNS.split(',')),
          splits: csvOf(rows.splits, SPLIT_COLUMNS.split(',')),
        },
        model,
      )
      const slow = slowRoyalties(rows, {
        month: MONTH,
        model,
        poolShare: { n: 1n, d: 1n },
        cap: 1_000,
        boostStreams: 1_000,
        boostListeners: 500,
      })
      expect((await written()).split('\n')).toEqual([OUT_COLUMNS, ...slow, ''])
    }),
    { numRuns: 200 },
  )
})

describe('how a file may be written', () => {
  const shuffledColumns = csvOf(
    [{ tier: 'premium', net_revenue_micros: 100, listener_id: 'l1', currency: 'EUR', territory: 'DE' }],
    ['tier', 'net_revenue_micros', 'listener_id', 'currency', 'territory'],
  )
  test.each([
    ['as it is', {}],
    ['with a byte order mark', { streams: `\ufeff${GOOD.streams}`, splits: `\ufeff${GOOD.splits}` }],
    ['with CRLF', { streams: GOOD.streams.replaceAll('\n', '\r\n'), splits: GOOD.splits.replaceAll('\n', '\r\n') }],
    ['without an end of the last line', { streams: GOOD.streams.trimEnd(), listeners: GOOD.listeners.trimEnd() }],
    ['with empty lines', { streams: GOOD.streams.replaceAll('\n', '\n\n'), splits: `${GOOD.splits}\r\n` }],
    ['all in quotes', { streams: GOOD.streams.replaceAll(/[^,\n]+/g, '"$&"') }],
    ['with columns in another order', { listeners: shuffledColumns }],
  ])('%s', async (_, texts) => {
    await run(texts)
    expect(await written()).toBe(OUT)
  })

  test('fields with commas, quotes and line ends are themselves', async () => {
    await run({
      ...listeners('"l,1","D""E","pre\nmium",EUR,100'),
      ...streams('"s\n1","l,1",X,a,2026-10-05T10:00:00Z,30000,"D""E","pre\nmium",search'),
      ...splits('X,"h,""1""",1,1'),
    })
    expect(await written()).toBe(`${OUT_COLUMNS}\n"D""E","pre\nmium",EUR,X,"h,""1""",100\n`)
  })

  test('an output that is there is replaced, and files without rows are months without anything', async () => {
    await writeFile(path('out'), 'old')
    await run({ ...streams(), ...listeners(), ...splits() })
    expect(await written()).toBe(`${OUT_COLUMNS}\n`)
  })
})

describe('which streams count', () => {
  test.each([
    ['29999 ms', S1.replace('30000', '29999'), false],
    ['more ms than a double holds', S1.replace('30000', '9'.repeat(40)), true],
    ['the first moment', S1.replace('2026-10-05T10:00:00Z', '2026-10-01T00:00:00Z'), true],
    ['the last moment', S1.replace('2026-10-05T10:00:00Z', '2026-10-31T23:59:59.999999999Z'), true],
    ['a leap second', S1.replace('2026-10-05T10:00:00Z', '2026-10-31T23:59:60Z'), true],
    ['a moment before', S1.replace('2026-10-05T10:00:00Z', '2026-09-30T23:59:59.999999999+00:00'), false],
    ['a moment after', S1.replace('2026-10-05T10:00:00Z', '2026-11-01t00:00:00-00:00'), false],
    ['of the month of another year', S1.replace('2026-10-05', '2025-10-05'), false],
  ])('%s', async (_, row, counts) => {
    expect(await run(streams(row))).toMatchObject({ rows: 1, counted: counts ? 1 : 0 })
    expect(await written()).toBe(counts ? OUT : `${OUT_COLUMNS}\nDE,premium,EUR,UNALLOCATED,UNALLOCATED,100\n`)
  })

  test('a stream that stands again, in quotes or not, counts once', async () => {
    expect(await run(streams(S1, S1, S1.replace('DE', '"DE"')))).toMatchObject({ rows: 3, counted: 1, repeated: 2 })
    expect(await written()).toBe(OUT)
  })

  test('a pool without revenue has rows of zero, and without streams too it has none', async () => {
    await run(listeners('l1,DE,premium,EUR,0', 'l2,FR,premium,EUR,0', 'l3,FR,free,EUR,1'))
    expect(await written()).toBe(
      `${OUT_COLUMNS}\nDE,premium,EUR,X,h1,0\nDE,premium,EUR,X,h2,0\nFR,free,EUR,UNALLOCATED,UNALLOCATED,1\n`,
    )
  })

  test('amounts beyond what a double holds are exact', async () => {
    await run(listeners(`l1,DE,premium,EUR,${2n ** 80n + 1n}`))
    const whole = 2n ** 80n + 1n
    const [first, second] = [(whole * 85n) / 100n, (whole * 15n) / 100n]
    expect((await written()).match(/\d+$/gm)?.reduce((sum, amount) => sum + BigInt(amount), 0n)).toBe(whole)
    expect(await written()).toMatch(new RegExp(`h1,(${first}|${first + 1n})\n.*h2,(${second}|${second + 1n})\n`))
  })
})

describe('what is refused, by file and line, with nothing written', () => {
  test.each<[string, Partial<Texts>, string]>([
    ['an unknown listener', streams(S1.replace('l1', 'l2')), 'streams:2: listener l2 is not in the file of listeners'],
    ['an ISRC without splits', streams(S1.replace('X', 'Y')), 'streams:2: ISRC Y has no splits'],
    ['another territory', streams(S1.replace('DE', 'FR')), 'streams:2: `territory` is FR, and listener l1 is of DE'],
    ['another tier', streams(S1.replace('premium', 'pre')), 'streams:2: `tier` is pre, and listener l1 has premium'],
    [
      'an unknown listener of a stream that does not count',
      streams(S1.replace('l1', 'l2').replace('30000', '1')),
      'streams:2: listener l2 is not in the file of listeners',
    ],
    [
      'a stream with other content, though neither counts',
      streams(S1.replace('30000', '1'), '', S1.replace('30000', '2')),
      'streams:4: stream s1 stands in line 2 with another `ms_played`: 1 there, 2 here',
    ],
    [
      'a stream with other content in another month',
      streams(S1, S1.replace('2026-10', '2026-11')),
      'streams:3: stream s1 stands in line 2 with another `started_at`: 2026-10-05T10:00:00Z there, 2026-11-05T10:00:00Z here',
    ],
    ['a discovery that there is not', streams(S1.replace('search', 'Search')), '`discovery` is Search, and not one of'],
    ['ms with a sign', streams(S1.replace('30000', '-30000')), 'streams:2: `ms_played` is not a whole number'],
    ['ms with a fraction', streams(S1.replace('30000', '30000.0')), 'streams:2: `ms_played` is not a whole number'],
    ['a time without an offset', streams(S1.replace('00Z', '00')), 'streams:2: `started_at` is not a time'],
    ['a time of another offset', streams(S1.replace('00Z', '00+01:00')), 'streams:2: `started_at` is not a time'],
    ['a day that there is not', streams(S1.replace('10-05', '02-29')), 'streams:2: `started_at` is not a time'],
    ['a field that is empty', streams(S1.replace('a1', '')), 'streams:2: `artist_id` is empty'],
    ['a field too few', streams(S1.replace(',search', '')), 'streams:2: 8 fields, and the header has 9'],
    ['a field too many', streams(S1, `${S1},`), 'streams:3: 10 fields, and the header has 9'],
    ['a listener twice', listeners('l1,DE,premium,EUR,100', 'l1,DE,premium,EUR,100'), 'listeners:3: listener l1'],
    ['two currencies', listeners('l1,DE,premium,EUR,1', 'l2,DE,premium,USD,1'), 'listeners:3: listener l2 pays in USD'],
    ['a currency', listeners('l1,DE,premium,eur,1'), 'listeners:2: `currency` is not three capital letters'],
    [
      'revenue below zero',
      listeners('l1,DE,premium,EUR,-1'),
      'listeners:2: `net_revenue_micros` is not a whole number',
    ],
    ['revenue in parts', listeners('l1,DE,premium,EUR,1e3'), 'listeners:2: `net_revenue_micros` is not a whole number'],
    ['a huge revenue', listeners(`l1,DE,premium,EUR,${'9'.repeat(39)}`), 'listeners:2: `net_revenue_micros` is not'],
    ['shares below one', splits('Y,h,1,1', 'X,h1,1,3', 'X,h2,1,3'), 'splits:3: the shares of ISRC X add to 2/3,'],
    ['shares above one', splits('X,h1,2,3', 'X,h2,2,3'), 'splits:2: the shares of ISRC X add to 4/3,'],
    ['shares of an ISRC nobody heard', splits('X,h1,1,1', 'Y,h1,1,2'), 'splits:3: the shares of ISRC Y add to 1/2,'],
    [
      'a share below zero',
      splits('X,h1,3,2', 'X,h2,-1,2'),
      'splits:3: `share_num` is not a whole number from 0 on: -1',
    ],
    ['a denominator of zero', splits('X,h1,1,0'), 'splits:2: `share_den` is not a whole number from 1 on: 0'],
    ['a holder twice', splits('X,h1,1,2', 'X,h1,1,2'), 'splits:3: holder h1 stands a second time for ISRC X'],
    ['the name of nobody', splits('UNALLOCATED,h1,1,1'), 'splits:2: UNALLOCATED is what money is called'],
    ['an unknown column', { splits: 'isrc,holder_id,share_num,share_den,note\n' }, 'splits:1: unknown column `note`'],
    ['a column that is missing', { splits: 'isrc,holder_id,share_num\n' }, 'splits:1: column `share_den` is missing'],
    ['a column twice', { splits: `${SPLIT_COLUMNS},isrc\n` }, 'splits:1: column `isrc` stands twice'],
    ['an empty file', { streams: '' }, `streams:1: the header line is missing: ${STREAM_COLUMNS}`],
    ['a quote that stays open', streams('"s1,l1', 'more'), 'streams:2: a quote is opened, and never closed'],
    ['a quote inside', streams(S1, S1.replace('a1', 'a"1')), 'streams:3: field 4 ends by neither a comma nor'],
    ['text after a quote', streams(S1.replace('a1', '"a"1')), 'streams:2: field 4 ends by neither a comma nor'],
    ['a carriage return alone', streams(S1.replace('a1', 'a\r1')), 'streams:2: field 4 ends by neither a comma nor'],
    ['what is not UTF-8', { splits: Buffer.from(`${SPLIT_COLUMNS}\nX,h\xff,1,1\n`, 'latin1') }, 'splits:2: not UTF-8'],
  ])('%s', async (_, texts, said) => {
    expect(await refused(texts)).toContain(said)
  })

  test('problems of listeners and splits are told together, those of streams after them', async () => {
    const said = await refused({
      ...listeners('l1,DE,premium,EUR,-1', 'l2,DE,,EUR,1'),
      ...splits('X,h1,1,2'),
      ...streams(S1.replace('l1', 'l3')),
    })
    expect(said.split('\n').map((line) => line.split(' ')[0])).toEqual(['listeners:2:', 'listeners:3:', 'splits:2:'])
  })

  test('twenty problems are told at once, and no more', async () => {
    const said = await refused(streams(...Array.from({ length: 30 }, (_, n) => S1.replace('s1,l1', `s${n},l${n + 2}`))))
    expect(said.split('\n')).toHaveLength(21)
    expect(said).toMatch(/^streams:2: .*\n(streams:.*\n){19}These are the first 20 problems/)
  })

  test('what was told before a file breaks off is told with it', async () => {
    expect(await refused(streams(S1.replace('l1', 'l2'), '"'))).toMatch(
      /^streams:2: listener l2 .*\nstreams:3: a quote/,
    )
  })

  test('a file that is not there, a folder, and an output that is an input', async () => {
    await run()
    const files = { streams: path('streams'), listeners: path('listeners'), splits: path('splits'), out: path('out') }
    const rules = interchangeRules('pro-rata', { num: 1n, den: 1n })
    const said = async (changed: Partial<typeof files>) =>
      await compute({ files: { ...files, ...changed }, month: MONTH, rules }).catch((error) => error.message)
    expect(await said({ streams: path('none') })).toContain(`${path('none')}: ENOENT`)
    expect(await said({ listeners: folder })).toContain(`${folder}: EISDIR`)
    expect(await said({ streams: '/dev/null' })).toContain('/dev/null: not a regular file')
    expect(await said({ out: path('none/out') })).toContain(`${path('none/out')}: ENOENT`)
    expect(await said({ out: path('splits') })).toContain(`${path('splits')}: is read from`)
    expect(await readFile(path('splits'), 'utf8')).toBe(GOOD.splits)
    expect(await written()).toBe(OUT)
  })
})
