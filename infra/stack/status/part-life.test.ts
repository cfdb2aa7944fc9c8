/** Owns the test of the life of a part: what each thing that is told of it, or asked of it, makes of how it stood. */

import { describe, expect, test } from 'vitest'
import { asked, type PartLife, told, unborn, whatToDo } from './part-life.ts'

const BORN = 1_000
const LATER = 5_000
const born = unborn(BORN)
const up = told(told(born, 'starting', { pid: 7 }, BORN), 'ready', { pid: 7 }, BORN)
const failed = told(up, 'failed', { problem: 'SIGKILL: out of memory' }, LATER)
const answered = (life: PartLife, ...answers: string[]) =>
  answers.reduce((before, answer, at) => asked(before, answer, LATER + at), life)

describe('a part', () => {
  test('waits, starts, is ready: each since when', () => {
    expect(born).toMatchObject({ state: 'waiting', sinceMs: BORN, pid: undefined })
    const starting = told(born, 'starting', {}, LATER)
    expect(starting).toMatchObject({ state: 'starting', sinceMs: LATER })
    // That it has a process by now is no other state.
    expect(told(starting, 'starting', { pid: 7 }, LATER + 1)).toMatchObject({ sinceMs: LATER, pid: 7 })
    expect(told(starting, 'ready', { pid: 7 }, LATER + 2)).toMatchObject({ state: 'ready', sinceMs: LATER + 2, pid: 7 })
  })

  test('that died has no process and says why, until it is back', () => {
    expect(failed).toMatchObject({ state: 'failed', sinceMs: LATER, pid: undefined, problem: 'SIGKILL: out of memory' })
    const again = told(failed, 'starting', { pid: 8 }, LATER + 1)
    expect(again).toMatchObject({ state: 'restarting', pid: 8, problem: 'SIGKILL: out of memory' })
    expect(told(again, 'ready', { pid: 8 }, LATER + 2)).toMatchObject({ state: 'ready', problem: '' })
  })

  test('that was never up is started, not started again', () => {
    expect(told(told(born, 'failed', { problem: 'x' }, BORN), 'starting', {}, LATER).state).toBe('starting')
  })

  test('that does not answer once or twice is ready still; thrice, it is silent until it answers', () => {
    expect(answered(up, 'late', 'late')).toMatchObject({ state: 'ready', problem: '' })
    expect(answered(up, 'late', 'late', '', 'late')).toMatchObject({ state: 'ready', problem: '' })
    const silent = answered(up, 'late', 'late', 'refused')
    expect(silent).toMatchObject({ state: 'silent', sinceMs: LATER + 2, problem: 'refused', pid: 7 })
    expect(answered(silent, 'refused')).toMatchObject({ state: 'silent', sinceMs: LATER + 2 })
    expect(answered(silent, '')).toMatchObject({ state: 'ready', problem: '' })
  })

  test('that ended while it was asked stays ended', () => {
    expect(answered(failed, '')).toBe(failed)
    expect(answered(told(up, 'stopped', {}, LATER), 'refused').state).toBe('stopped')
  })
})

test.each([
  ['ready', up, false, ''],
  ['failed', failed, false, 'It is started again by itself. Its log is L.'],
  [
    'failed at once',
    told(born, 'failed', { problem: 'x' }, LATER),
    false,
    'It did not come up, so everything stops. Its log is L: mend',
  ],
  ['failed server', failed, true, 'Nothing runs without it, so everything stops. Its log is L'],
  [
    'restarting',
    told(failed, 'starting', {}, LATER),
    false,
    'It is started again by itself. Its log of before is L.1.',
  ],
  ['silent', answered(up, 'x', 'x', 'x'), false, 'killed, it is started again by itself'],
] as const)('one that is %s has to be done about it: what the page says', (_name, life, isServer, todo) => {
  const said = whatToDo(life, isServer, 'L')
  if (todo === '') expect(said).toBe('')
  else expect(said).toContain(todo)
})
