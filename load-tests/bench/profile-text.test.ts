import { expect, it } from 'vitest'
import { profileText } from './profile-text.ts'

it('names functions by their own time, and leaves out when nothing ran', () => {
  const frame = (id: number, functionName: string, url = '') => ({
    id,
    callFrame: { functionName, url, lineNumber: 6 },
  })
  const text = profileText({
    nodes: [frame(1, '(idle)'), frame(2, 'take', 'file:///x/main.js'), frame(3, '')],
    samples: [1, 2, 3, 2],
    timeDeltas: [5_000, 2_000, 1_000, 1_000],
  })
  expect(text.split('\n')).toEqual([
    'busy 4 ms, idle 5 ms; of the busy time, by own time:',
    ' 75.0 %  take  main.js:7',
    ' 25.0 %  (anonymous)',
    '',
  ])
})
