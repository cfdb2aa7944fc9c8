/** Owns the words of a text as the index has them: without accents and case; and where in the text each stands. */

export interface FoldedWord {
  readonly folded: string
  readonly begin: number
  readonly end: number
}

const WORD = /[\p{L}\p{N}\p{M}$]+(?:['’][\p{L}\p{N}\p{M}]+)*/gu
const SPELT: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
  $: 's',
}

export function fold(word: string): string {
  return word
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{M}'’]/gu, '')
    .replace(/[ßøæœđðþłı$]/g, (letter) => SPELT[letter] ?? letter)
}

export function foldedWords(text: string): readonly FoldedWord[] {
  return [...text.matchAll(WORD)].map(({ 0: word, index }) => ({
    folded: fold(word),
    begin: index,
    end: index + word.length,
  }))
}
