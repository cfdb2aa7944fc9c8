import { describe, expect, it } from 'vitest'
import { answerText } from './answer-text.ts'

const answer = {
  columns: ['country', 'active', 'why'],
  rows: [
    ['DE', 12, [{ a: 1 }]],
    ['F, "R"', null, null],
  ],
}

describe('an answer', () => {
  it('is written as a table, as CSV and as JSON', () => {
    expect(answerText(answer, 'table')).toBe(
      ['country  active  why', '───────  ──────  ─────────', 'DE           12  [{"a":1}]', 'F, "R"'].join('\n'),
    )
    expect(answerText(answer, 'csv')).toBe('country,active,why\nDE,12,"[{""a"":1}]"\n"F, ""R""",,')
    expect(JSON.parse(answerText(answer, 'json'))).toEqual([
      { country: 'DE', active: 12, why: [{ a: 1 }] },
      { country: 'F, "R"', active: null, why: null },
    ])
  })

  it('without rows is said in a word, and is an empty list to programs', () => {
    expect(answerText({ columns: ['a'], rows: [] }, 'table')).toBe('Nothing.')
    expect(answerText({ columns: ['a'], rows: [] }, 'csv')).toBe('a')
    expect(answerText({ columns: ['a'], rows: [] }, 'json')).toBe('[]')
  })
})
