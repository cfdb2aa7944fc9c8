/** Owns the test of how steps are run, told and counted. */

import { expect, test } from 'vitest'
import { must, runSteps, stepBut, tallyLine } from './steps.ts'

const step = (title: string, failure?: string) => ({
  title,
  async work() {
    must(failure === undefined, failure ?? '')
    return `seen by ${title}`
  },
})

test('each is told with its time, and counted', async () => {
  const tally = { passed: 0, failed: 0 }
  const lines: string[] = []
  await runSteps([step('one'), step('two')], tally, (line) => lines.push(line))
  expect(lines).toEqual([
    expect.stringMatching(/^✓ one … \d+\.\d s {2}seen by one$/),
    expect.stringMatching(/^✓ two … \d+\.\d s {2}seen by two$/),
  ])
  expect(tallyLine(tally)).toBe('2 passed, 0 failed')
})

test('after one that fails the rest of its path is not tried, and counted as failed; another path goes on', async () => {
  const tally = { passed: 0, failed: 0 }
  const lines: string[] = []
  const say = (line: string) => lines.push(line)
  await runSteps([step('one'), step('two', 'no chunk came\nfrom MinIO'), step('three')], tally, say)
  await runSteps([step('four')], tally, say)
  expect(lines).toEqual([
    expect.stringMatching(/^✓ one/),
    expect.stringMatching(/^✗ two … \d+\.\d s$/),
    '    no chunk came',
    '    from MinIO',
    '✗ three … not tried',
    expect.stringMatching(/^✓ four/),
  ])
  expect(tallyLine(tally)).toBe('2 passed, 2 failed')
})

test('what a step that fails must let go is let go, and what one that passes needs is kept', async () => {
  const left: string[] = []
  const step = stepBut(async () => void left.push('left'))
  await expect(step('one', async () => 'seen').work()).resolves.toBe('seen')
  expect(left).toEqual([])
  await expect(step('two', () => Promise.reject(new Error('no socket'))).work()).rejects.toThrow('no socket')
  expect(left).toEqual(['left'])
})
