/** Owns where a text is what was asked for: its words that are those of the query, begin so, or are like them. */

import { fold, foldedWords } from './folded-words.ts'
import { inLatinLetters } from './latin-letters.ts'

/** No spaces between words: any part of it may be one. */
const WITHOUT_SPACES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u

/** Begin and end, begin and end, in order, by UTF-16 code units. */
export function marksOf(text: string, query: string): number[] {
  const asked = foldedWords(query).map(({ folded }) => folded)
  const last = asked.at(-1)
  const marks: number[] = []
  for (const { folded, begin, end } of foldedWords(text)) {
    if (WITHOUT_SPACES.test(folded)) {
      const part = asked.find((word) => WITHOUT_SPACES.test(word) && folded.includes(word))
      const at = part === undefined ? -1 : text.slice(begin, end).indexOf(part)
      if (part !== undefined && at >= 0) {
        marks.push(begin + at, begin + at + part.length)
        continue
      }
    }
    const latin = inLatinLetters(folded)
    const forms = latin === undefined ? [folded] : [folded, fold(latin)]
    const whole = asked.some((word) => forms.some((form) => isLike(word, form)))
    const start = whole || last === undefined ? undefined : forms.find((form) => form.startsWith(last))
    if (whole) marks.push(begin, end)
    else if (start !== undefined)
      marks.push(begin, start === folded ? begin + lengthOfStart(text.slice(begin, end), last ?? '') : end)
  }
  return marks
}

/** Of how many code units of `word` the folded form begins with `start`. */
function lengthOfStart(word: string, start: string): number {
  let length = 0
  for (const letter of word) {
    if (fold(word.slice(0, length)).length >= start.length) break
    length += letter.length
  }
  return length
}

/** As the index compares: a letter wrong from three on, two from six. */
function isLike(asked: string, word: string): boolean {
  if (asked === word) return true
  const most = asked.length >= 6 ? 2 : asked.length >= 3 ? 1 : 0
  return most > 0 && distance(asked, word, most) <= most
}

/** Letters left out, put in, exchanged, or changed with their neighbour; `most + 1`: more than `most`. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      next.push(least)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
