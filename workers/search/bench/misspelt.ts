/** Owns queries that are misspelt by rule: as fingers slip, and as words are heard. */

import { pick, seededRandom } from '../../../infra/demo/seeded-random.ts'
import type { MadeCatalog } from './made-names.ts'

export interface Misspelt {
  readonly rule: string
  readonly query: string
  /** What was meant; any track of that name by an artist of that name will do. */
  readonly title: string
  readonly artist: string
}

const KEYS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm']
const HEARD = [
  ['ph', 'f'],
  ['ck', 'k'],
  ['qu', 'kw'],
  ['ee', 'ea'],
  ['th', 't'],
  ['x', 'ks'],
  ['c', 'k'],
  ['z', 's'],
  ['sh', 'ch'],
  ['ou', 'u'],
] as const

type Rule = (text: string, random: () => number) => string
/** Of the longest word, where a slip is likely, and a letter of it that is not the first. */
const inWord =
  (slip: (word: string, at: number, random: () => number) => string): Rule =>
  (text, random) => {
    const words = text.split(' ')
    const longest = words.reduce((best, word, at) => (word.length > (words[best]?.length ?? 0) ? at : best), 0)
    const word = words[longest] ?? ''
    words[longest] = slip(word, 1 + Math.floor(random() * Math.max(1, word.length - 1)), random)
    return words.join(' ')
  }

export const RULES: Readonly<Record<string, Rule>> = {
  'a letter left out': inWord((word, at) => word.slice(0, at) + word.slice(at + 1)),
  'a letter twice': inWord((word, at) => word.slice(0, at) + word.charAt(at - 1) + word.slice(at)),
  'two letters changed about': inWord(
    (word, at) => word.slice(0, at - 1) + word.charAt(at) + word.charAt(at - 1) + word.slice(at + 1),
  ),
  'the key beside it': inWord((word, at, random) => {
    const row = KEYS.find((keys) => keys.includes(word.charAt(at))) ?? 'qwertyuiop'
    const key = row.indexOf(word.charAt(at))
    return word.slice(0, at) + row.charAt(key === 0 ? 1 : key - (random() < 0.5 ? 1 : -1)) + word.slice(at + 1)
  }),
  'as it sounds': inWord((word) => {
    const [spelt, heard] = HEARD.find(([sound]) => word.includes(sound)) ?? ['e', 'i']
    return word.replace(spelt, heard)
  }),
  'two words as one': (text) => text.replace(' ', ''),
  'a word cut in two': inWord((word, at) =>
    word.length < 5 ? word : `${word.slice(0, at + 1)} ${word.slice(at + 1)}`,
  ),
  'a letter left out, and not typed to the end': (text, random) =>
    (RULES['a letter left out'] as Rule)(text, random).slice(0, -1),
}

/** As many of each rule; of tracks whose title has a word to misspell. */
export function misspeltOf({ tracks, artists }: MadeCatalog, seed: number, count: number): readonly Misspelt[] {
  const random = seededRandom(seed)
  const names = Object.keys(RULES)
  const made: Misspelt[] = []
  while (made.length < count) {
    const track = pick(random, tracks)
    const artist = artists[track.artist] ?? ''
    const rule = names[made.length % names.length] ?? ''
    const meant = plain(`${track.title} ${artist}`)
    if (track.title.length < 6 || !track.title.includes(' ')) continue
    const query = RULES[rule]?.(meant, random) ?? ''
    if (query !== meant) made.push({ rule, query, title: track.title, artist })
  }
  return made
}

/** Nobody types accents. */
const plain = (text: string) =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ø', 'o').replaceAll('ł', 'l')
