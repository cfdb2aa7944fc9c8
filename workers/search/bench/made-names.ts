/** Owns made-up names of real shape: words of several languages, with their accents, some of them used much more than others. The same for a seed. */

import { pick, seededRandom } from '../../../infra/demo/seeded-random.ts'

export interface MadeTrack {
  readonly title: string
  /** Which of the artists. */
  readonly artist: number
}

export interface MadeCatalog {
  readonly artists: readonly string[]
  readonly tracks: readonly MadeTrack[]
}

const COMMON =
  'the love you night heart in my a of and me one time song blue dance baby summer dream light home away fire rain day never black white dark moon sun sky girl boy city street river road wild lonely golden broken sweet little last first high low young free'.split(
    ' ',
  )
const ONSETS = 'b br c ch cl d dr f fl g gr h j k kr l m n p pl pr qu r s sh sk sl st t th tr v w z ñ ł š ç'.split(' ')
const VOWELS = 'a e i o u a e i o u a e o ai ea ee ou ö ü é á í ó å ø ã'.split(' ')
const CODAS = ['', '', '', 'n', 'r', 's', 'l', 'm', 't', 'nd', 'rt', 'ck', 'x', 'ng', 'st']
const WORDS = 24_000
const TRACKS_OF_AN_ARTIST = 16

export function madeCatalog(seed: number, tracks: number): MadeCatalog {
  const random = seededRandom(seed)
  const syllable = () => `${pick(random, ONSETS)}${pick(random, VOWELS)}${pick(random, CODAS)}`
  const words = Array.from({ length: WORDS }, () =>
    Array.from({ length: 1 + Math.floor(random() * 2.6) }, syllable).join(''),
  )
  // Few words are used much, most of them seldom.
  const word = () => (random() < 0.4 ? pick(random, COMMON) : (words[Math.floor(random() ** 2.2 * WORDS)] ?? ''))
  const name = (most: number) =>
    Array.from({ length: 1 + Math.floor(random() * most) }, word)
      .map((text) => text.charAt(0).toUpperCase() + text.slice(1))
      .join(' ')
  const artists = Array.from({ length: Math.ceil(tracks / TRACKS_OF_AN_ARTIST) }, () => name(2.6))
  return {
    artists,
    tracks: Array.from({ length: tracks }, () => ({
      title: name(4.4),
      artist: Math.floor(random() ** 1.5 * artists.length),
    })),
  }
}
