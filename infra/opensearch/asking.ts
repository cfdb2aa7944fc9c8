/** Owns how the catalog is asked for a text: for what has every word of it, the last perhaps not to its end; for what is like all of them; for what is like most. */

import { fold, foldedWords } from './folded-words.ts'

/** What a document must have, and what speaks for it: what it must have says nothing of its place, so that most of what has it is passed over. */
export interface Question {
  readonly must: readonly object[]
  readonly filter: readonly object[]
  readonly should: readonly object[]
}

/** Of a longer query the rest is neither put together nor taken apart: each way is another question. */
const MOST_JOINED = 6
/** A shorter part is found everywhere. */
const SHORTEST_PART = 2

export const isAskable = (text: string): boolean => foldedWords(text).length > 0 && wordsOf(text).length > 0

/** Every word of it, the last perhaps not to its end. */
export function exactly(text: string): Question {
  const words = wordsOf(text)
  return {
    must: [],
    filter: words.map((word, at) => (at < words.length - 1 ? is(word) : anyOf([is(word), begins(word)]))),
    should: [
      { match: { all: text } },
      { term: { 'title.whole': { value: text, boost: 6 } } },
      { match: { title: { query: text, operator: 'and', boost: 2 } } },
      { match: { artist: { query: text, operator: 'and' } } },
    ],
  }
}

/** All of its words, each with a letter or two wrong; or words that belong apart, or together. */
export function alike(text: string): Question {
  const words = wordsOf(text)
  const { filter, should } = exactly(text)
  return {
    must: [
      anyOf([
        { bool: { filter, should, boost: 3 } },
        { bool: { must: eachAlike(words, likes) } },
        ...waysOf(words).map((way) => constant(way, 24)),
      ]),
    ],
    filter: [],
    should: [],
  }
}

/** Most of its words, each with a letter or two wrong, the first one perhaps: for what is found in no other way. */
export function mostAlike(text: string): Question {
  const each = eachAlike(wordsOf(text), (word) => [fuzzy(word, 0)])
  return { must: [{ bool: { should: each, minimum_should_match: '2<-1 5<-2' } }], filter: [], should: [] }
}

const eachAlike = (words: readonly string[], likesOf: (word: string) => object[]): object[] =>
  words.map((word, at) => anyOf([...likesOf(word), ...(at < words.length - 1 ? [] : [constant(begins(word), 2)])]))

/** The words with two neighbours as one, or with one as two, each time others. */
function waysOf(words: readonly string[]): object[] {
  return words.slice(0, MOST_JOINED).flatMap((word, at) => {
    const [before, after] = [words.slice(0, at), words.slice(at + 1)]
    const [next, ...rest] = after
    const asTwo = partsOf(fold(word)).map((parts) => all(parts.map(isPart)))
    return [
      ...(next === undefined ? [] : [all([...before, `${word}${next}`, ...rest].map(is))]),
      ...(asTwo.length === 0 ? [] : [all([...[...before, ...after].map(is), anyOf(asTwo)])]),
    ]
  })
}

function partsOf(word: string): (readonly [string, string])[] {
  const letters = [...word]
  return letters
    .slice(SHORTEST_PART, 1 - SHORTEST_PART)
    .map((_, at) => SHORTEST_PART + at)
    .map((at) => [letters.slice(0, at).join(''), letters.slice(at).join('')])
}

/** The first letter as it is, as far more words are read otherwise; so the first two, changed about, are asked for by themselves. */
function likes(word: string): object[] {
  const [first, second, ...rest] = word
  if (first === undefined || second === undefined || rest.length === 0 || first === second) return [fuzzy(word, 1)]
  return [fuzzy(word, 1), is([second, first, ...rest].join(''))]
}

const fuzzy = (query: string, prefix_length: number) => ({
  match: { all: { query, fuzziness: 'AUTO:3,6', prefix_length, max_expansions: 30 } },
})
/** What is a sign alone is no word, but for those that the index reads as one. */
const wordsOf = (text: string): string[] => text.split(/[\s\p{Pd}]+/u).filter((word) => /[\p{L}\p{N}&$]/u.test(word))
const anyOf = (queries: readonly object[]) => ({ bool: { should: queries, minimum_should_match: 1 } })
const all = (queries: readonly object[]) => ({ bool: { filter: queries } })
const is = (word: string) => ({ match: { all: { query: word, operator: 'and' } } })
const isPart = (part: string) => ({ term: { all: part } })
const begins = (word: string) => ({ prefix: { all: { value: fold(word) } } })
const constant = (filter: object, boost: number) => ({ constant_score: { filter, boost } })
