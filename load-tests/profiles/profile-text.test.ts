import { expect, it } from 'vitest'
import { profileText } from './profile-text.ts'

const node = (id: number, functionName: string, children: number[] = []) => ({
  id,
  callFrame: { functionName },
  children,
})

it('a profile as text: own time and folded stacks of the window alone, without what is idle', () => {
  const profile = {
    nodes: [node(1, '(root)', [2, 5]), node(2, 'turn', [3, 4]), node(3, 'decode'), node(4, ''), node(5, '(idle)')],
    samples: [3, 3, 4, 5, 2],
    timeDeltas: [1_000, 3_000, 1_000, 2_000, 1_000],
  }
  // The first sample is 7 ms before the end, and before the window.
  const text = profileText(profile, { fromMs: 5, untilMs: 0 })
  expect(text.split('\n')).toEqual([
    'work 5 ms, beside it (idle) 2 ms, (program) 0 ms',
    '',
    'own time, the first 40 functions:',
    '  60.0 %  decode',
    '  20.0 %  (anonymous)',
    '  20.0 %  turn',
    '',
    'folded stacks, the first 120, in microseconds:',
    'turn;decode 3000',
    'turn 1000',
    'turn;(anonymous) 1000',
    '',
  ])
})
