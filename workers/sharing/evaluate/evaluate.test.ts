import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { evaluate } from './evaluate.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-sharing-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const EVENT = {
  at: '2026-03-02T20:00:00Z',
  account: 'b',
  plan: 'duo',
  device: 'd1',
  kind: 'phone',
  ip: '192.0.2.1',
  asn: 3320,
  country: 'DE',
  lat: 52.5,
  lon: 13.4,
  event: 'play_start',
}
const lines = (...events: object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('')

async function run(events: string | Uint8Array, labels?: string) {
  const path = (name: string) => join(folder, name)
  await writeFile(path('events'), events)
  if (labels !== undefined) await writeFile(path('labels'), labels)
  return await evaluate({
    events: path('events'),
    scores: path('scores'),
    labels: labels === undefined ? undefined : path('labels'),
  })
}
const scores = async () => await readFile(join(folder, 'scores'), 'utf8')

test('scores are written by account as bytes, text is quoted where it must be', async () => {
  const accounts = ['b', 'B', 'é', 'a,1']
  await run(lines(...accounts.map((account) => ({ ...EVENT, account }))))
  expect(await scores()).toBe(
    `account,score,flagged,evidence\n${['B', '"a,1"', 'b', 'é'].map((name) => `${name},0.000451,false,"1 device, one household"\n`).join('')}`,
  )
  expect(await readdir(folder)).toEqual(['events', 'scores'])
})

test('times are RFC 3339 with any offset, or numbers; places, providers and the last line feed may lack', async () => {
  const { events } = await run(
    lines(
      { ...EVENT, at: '2026-03-02T21:00:00+01:00', lat: null, lon: null },
      { ...EVENT, at: Date.parse('2026-03-02T20:00:01Z') },
      { ...EVENT, at: Date.parse('2026-03-02T20:00:02Z') / 1000, asn: null },
    ).trimEnd(),
  )
  expect(events).toBe(3)
})

test.each([
  ['not JSON', `${lines(EVENT)}{"at":\n`, 2, 'not JSON'],
  ['an empty line', `${lines(EVENT)}\n${lines(EVENT)}`, 2, 'not JSON'],
  ['an unknown field', lines({ ...EVENT, city: 'Berlin' }), 1, 'unknown field `city`'],
  ['a missing field', lines({ ...EVENT, ip: undefined }), 1, 'field `ip` is missing'],
  ['an unknown plan', lines({ ...EVENT, plan: 'student' }), 1, '`plan` cannot be "student"'],
  ['an unknown kind', lines({ ...EVENT, kind: 'fridge' }), 1, '`kind` cannot be "fridge"'],
  ['an unknown event', lines({ ...EVENT, event: 'pause' }), 1, '`event` cannot be "pause"'],
  ['a provider in text', lines({ ...EVENT, asn: '3320' }), 1, '`asn` cannot be "3320"'],
  ['a place off the earth', lines({ ...EVENT, lat: 91 }), 1, '`lat` cannot be 91'],
  ['half a place', lines({ ...EVENT, lat: null }), 1, '`lat` without `lon`'],
  ['no time', lines({ ...EVENT, at: 'yesterday' }), 1, '`at` is not a time: "yesterday"'],
  ['no day of the calendar', lines({ ...EVENT, at: '2026-13-02T20:00:00Z' }), 1, '`at` is not a time'],
  ['lines not by time', lines(EVENT, { ...EVENT, at: '2026-03-02T19:59:59Z' }), 2, '`at` is before that of line 1'],
])('%s is refused with file and line, and nothing is written', async (_, events, line, reason) => {
  await expect(run(events)).rejects.toThrow(`${join(folder, 'events')}:${line}: ${reason}`)
  expect(await readdir(folder)).toEqual(['events'])
})

test('what is not UTF-8 is refused', async () => {
  await expect(run(Buffer.concat([Buffer.from(lines(EVENT)), Buffer.from([0xff, 0x0a])]))).rejects.toThrow('not UTF-8')
})

test.each([
  ['no header', '', 1, 'the header line is missing'],
  ['an unknown column', 'account,shared,note\nb,true,x\n', 1, 'unknown column `note`'],
  ['a missing column', 'account\nb\n', 1, 'column `shared` is missing'],
  ['another word', 'account,shared\nb,true\nc,yes\n', 3, '`shared` is neither true nor false: "yes"'],
  ['an account twice', 'account,shared\nb,true\nb,true\n', 3, 'account b is labelled twice'],
  ['a row too short', 'account,shared\nb\n', 2, '1 fields, and the header has 2'],
])('labels with %s are refused with file and line', async (_, labels, line, reason) => {
  await expect(run(lines(EVENT), labels)).rejects.toThrow(`${join(folder, 'labels')}:${line}: ${reason}`)
  expect(await readdir(folder)).toEqual(['events', 'labels'])
})

test('files that are not there are named', async () => {
  await writeFile(join(folder, 'events'), lines(EVENT))
  const path = (name: string) => join(folder, name)
  const [events, scores, none] = [path('events'), path('scores'), path('none')]
  await expect(evaluate({ events: none, scores })).rejects.toThrow(`${none}: ENOENT`)
  await expect(evaluate({ events, scores, labels: none })).rejects.toThrow(`${none}: ENOENT`)
  await expect(evaluate({ events, scores: path('no/folder') })).rejects.toThrow(`${path('no/folder')}: ENOENT`)
  expect(await readdir(folder)).toEqual(['events'])
})

test('with labels the agreement is given; what is not labelled is left out, what has no event scores 0', async () => {
  const { agreement } = await run(
    lines(EVENT, { ...EVENT, account: 'c' }),
    'shared,account\r\nfalse,b\r\ntrue,"gone"\r\n',
  )
  expect(agreement).toMatchObject({
    precision: null,
    recall: 0,
    falseAlarms: 0,
    counts: { events: 2, accounts: 2, shared: 1, honest: 1, flagged: 0, unlabelled: 1, withoutEvents: 1 },
  })
})
