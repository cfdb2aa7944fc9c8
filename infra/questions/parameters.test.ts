import { describe, expect, it } from 'vitest'
import { readParameters } from './parameters.ts'
import { type Question, questionNamed } from './questions.ts'

const NOW = new Date('2026-05-17T18:05:09.123Z')
const named = (name: string): Question => {
  const found = questionNamed(name)
  if (found === undefined) throw new Error(`there is no question ${name}`)
  return found
}
const read = (name: string, given: Record<string, string>) =>
  readParameters(named(name), new Map(Object.entries(given)), NOW)

describe('parameters of a question', () => {
  it('are what is given, and otherwise as of now', () => {
    expect(read('active-premium', { days: '30' })).toEqual({ until: '2026-05-18', days: '30', countries: '10' })
    expect(read('artists-owed', {})).toEqual({ month: '2026-05-01', limit: '20' })
    expect(read('churn', { limit: '5' })).toEqual({ at: '2026-05-17T18:05:09', limit: '5' })
    expect(read('campaigns', { country: 'DE' })).toEqual({
      from: '2026-04-19T18:05:09',
      until: '2026-05-17T18:05:09',
      country: 'DE',
      plan: '',
      device_kind: '',
      limit: '20',
    })
  })

  it('are refused with all that is wrong: missing, unknown, malformed', () => {
    expect(() => read('next-tracks', { days: '-1', until: '2026-13-41T00:00:00', moon: 'full' })).toThrow(
      [
        "there is no parameter 'moon': choose from account, until, days, limit",
        'account must be given: the listener: the subject of the access token',
        "until must be a time in UTC, as 2026-05-17T18:00:00, not '2026-13-41T00:00:00'",
        "days must be a whole number up to 9999, not '-1'",
      ].join('\n'),
    )
    expect(() => read('shared-accounts', { score: '1.5' })).toThrow('a number from 0 to 1')
    expect(() => read('campaigns', { plan: "'" })).toThrow("plan must be a word, or nothing, not '''")
  })
})
