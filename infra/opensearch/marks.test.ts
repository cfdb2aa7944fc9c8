import { expect, test } from 'vitest'
import { marksOf } from './marks.ts'

const marked = (text: string, query: string): string => {
  const marks = marksOf(text, query)
  let out = ''
  let at = 0
  for (let i = 0; i < marks.length; i += 2) {
    out += `${text.slice(at, marks[i])}[${text.slice(marks[i], marks[i + 1])}]`
    at = marks[i + 1] ?? at
  }
  return out + text.slice(at)
}

test.each([
  ['Homogenic', 'homogenic', '[Homogenic]'],
  ['Björk', 'bjork', '[Björk]'],
  ['Sigur Rós', 'sigur r', '[Sigur] [R]ós'],
  ['Sigur Rós', 'sigr rs', '[Sigur] Rós'],
  ['Glósóli', 'glosli', '[Glósóli]'],
  ["Don't Stop", 'dont', "[Don't] Stop"],
  ['Straße', 'stras', '[Straß]e'],
  ['夜に駆ける', '駆ける', '夜に[駆ける]'],
  ['Кино', 'kino', '[Кино]'],
  ['Low Water', 'high', 'Low Water'],
])('of %s, %s marks %s', (text, query, wanted) => {
  expect(marked(text, query)).toBe(wanted)
})
