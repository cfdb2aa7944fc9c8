import { expect, test } from 'vitest'
import { inLatinLetters } from './latin-letters.ts'

test.each([
  ['Кино', 'kino'],
  ['Мумий Тролль', 'mumiy troll'],
  ['Βαγγέλης', 'vangelis'],
  ['ミスチル', 'misuchiru'],
  ['きゃりーぱみゅぱみゅ', 'kyaripamyupamyu'],
  ['방탄소년단', 'bangtansonyeondan'],
  ['夜に駆ける (Яndex)', '夜ni駆keru (yandex)'],
])('%s sounds like %s', (text, latin) => {
  expect(inLatinLetters(text)).toBe(latin)
})

test('what is in Latin letters has no other form', () => {
  expect(inLatinLetters('Sigur Rós')).toBeUndefined()
})
