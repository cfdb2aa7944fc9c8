/** Owns made-up months of any size, as files, by a seed: popular tracks and keen listeners are few, as they are. */

import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pick, seededRandom } from '../../../infra/demo/seeded-random.ts'
import { DISCOVERIES } from '../reckoning/rules.ts'

export interface MonthSize {
  readonly streams: number
  readonly listeners: number
  readonly tracks: number
  readonly seed: number
}

export interface MonthFiles {
  readonly streams: string
  readonly listeners: string
  readonly splits: string
}

export const MADE_MONTH = '2026-10'
const COUNTRIES =
  'AR AT AU BE BR CA CH CL CO CZ DE DK ES FI FR GB GR HU ID IE IL IN IT JP KR MX MY NL NO NZ PE PH PL PT RO SE SG TR US ZA'.split(
    ' ',
  )
const TIERS = ['free', 'individual', 'duo', 'family'] as const
const EURO = new Set('AT BE DE ES FI FR GR IE IT NL PT'.split(' '))
const TRACKS_AN_ARTIST = 10
/** Of streams: too short to count, of another month, written twice. */
const [SHORT, ELSEWHEN, TWICE] = [0.08, 0.01, 0.01] as const
const LINES_A_CHUNK = 5_000

export async function makeMonth(
  size: MonthSize,
  files: MonthFiles,
  onProgress: (streams: number) => void,
): Promise<void> {
  await write(files.splits, splitLines(size))
  await write(files.listeners, listenerLines(size))
  await write(files.streams, streamLines(size, onProgress))
}

async function write(path: string, lines: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(chunksOf(lines)), createWriteStream(path))
}

function* splitLines({ tracks, seed }: MonthSize): Generator<string> {
  const random = seededRandom(seed)
  yield 'isrc,holder_id,share_num,share_den'
  for (let track = 0; track < tracks; track += 1) {
    const artist = uuid(0xa, Math.floor(track / TRACKS_AN_ARTIST))
    const label = uuid(0xb, Math.floor(random() * 500))
    const den = pick(random, [2, 3, 7, 10, 100])
    const num = 1 + Math.floor(random() * (den - 1))
    yield `${isrc(track)},${artist},${num},${den}`
    yield `${isrc(track)},${label},${den - num},${den}`
  }
}

function* listenerLines({ listeners, seed }: MonthSize): Generator<string> {
  const random = seededRandom(seed + 1)
  yield 'listener_id,territory,tier,currency,net_revenue_micros'
  for (let listener = 0; listener < listeners; listener += 1) {
    const [country, tier] = homeOf(listener)
    const currency = EURO.has(country) ? 'EUR' : 'USD'
    const revenue = tier === 'free' ? Math.floor(random() * 900_000) : 4_000_000 + Math.floor(random() * 6_000_000)
    yield `${uuid(0xc, listener)},${country},${tier},${currency},${revenue}`
  }
}

function* streamLines({ streams, listeners, tracks, seed }: MonthSize, onProgress: (streams: number) => void) {
  const random = seededRandom(seed + 2)
  // Words are made once and not once a stream: that is most of the time that a month takes to be made.
  const who = words(listeners, (listener) => uuid(0xc, listener))
  const where = words(listeners, (listener) => homeOf(listener).join(','))
  const what = words(tracks, (track) => `${isrc(track)},${uuid(0xa, Math.floor(track / TRACKS_AN_ARTIST))}`)
  const days = words(31, (day) => `${String(day + 1).padStart(2, '0')}T`)
  const times = words(86_400, (second) => new Date(second * 1_000).toISOString().slice(11))
  yield 'stream_id,listener_id,isrc,artist_id,started_at,ms_played,territory,tier,discovery'
  for (let stream = 0; stream < streams; stream += 1) {
    // Squared and to the fourth, chance falls on few listeners and on fewer tracks.
    const listener = Math.floor(random() ** 2 * listeners)
    const track = Math.floor(random() ** 4 * tracks)
    const month = random() < ELSEWHEN ? '2026-12' : MADE_MONTH
    const ms = random() < SHORT ? Math.floor(random() * 30_000) : 30_000 + Math.floor(random() * 270_000)
    const line = `${uuid(0xd, stream)},${who[listener]},${what[track]},${month}-${pick(random, days)}${pick(random, times)},${ms},${where[listener]},${pick(random, DISCOVERIES)}`
    yield line
    if (random() < TWICE) yield line
    if (stream % 100_000 === 0) onProgress(stream)
  }
}

function words(count: number, word: (number: number) => string): string[] {
  return Array.from({ length: count }, (_, number) => word(number))
}

function homeOf(listener: number): readonly [country: string, tier: string] {
  const home = (listener * 7) % (COUNTRIES.length * TIERS.length)
  return [COUNTRIES[Math.floor(home / TIERS.length)] ?? '', TIERS[home % TIERS.length] ?? '']
}

const isrc = (track: number) =>
  `QMSEG${String(26 - Math.floor(track / 100_000)).padStart(2, '0')}${String(track % 100_000).padStart(5, '0')}`

/** Spread over all its digits, as real ones are. */
function uuid(kind: number, number: number): string {
  const a = hex(Math.imul(number + 1, 0x9e3779b1))
  const b = hex(Math.imul(number + 1, 0x85ebca6b))
  return `${a}-${b.slice(0, 4)}-7${b.slice(4, 7)}-${kind.toString(16)}000-${hex(number)}${a.slice(0, 4)}`
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}

function* chunksOf(lines: Iterable<string>): Generator<string> {
  let chunk: string[] = []
  for (const line of lines) {
    chunk.push(line)
    if (chunk.length < LINES_A_CHUNK) continue
    yield `${chunk.join('\n')}\n`
    chunk = []
  }
  yield chunk.map((line) => `${line}\n`).join('')
}
