import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PROJECT_ROOT } from '../stack/folders.ts'
import { cutShort, filesToTryAgain, resultsOf, told, unsteadyOf } from './test-results.ts'

const failure = (file: string, title = 'plays') => ({ file, title, why: 'no sound' })

it('reads what failed from the report, a file as a whole where a hook failed', () => {
  const test = (fullName: string, status: string, failureMessages: string[] = []) => ({
    fullName,
    status,
    failureMessages,
  })
  const report = {
    numPassedTests: 1,
    testResults: [
      {
        name: join(PROJECT_ROOT, 'gateway/a.test.ts'),
        status: 'failed',
        message: '',
        assertionResults: [test('plays', 'passed'), test('stops', 'failed', ['Error: goes on\n    at a.test.ts:3'])],
      },
      {
        name: join(PROJECT_ROOT, 'infra/b.test.ts'),
        status: 'failed',
        message: 'no server\nat b',
        assertionResults: [],
      },
    ],
  }
  const { passed, failures } = resultsOf(JSON.stringify(report))
  expect([passed, ...failures.map(told)]).toEqual([
    1,
    'gateway/a.test.ts > stops: Error: goes on',
    'infra/b.test.ts > the file as a whole: no server',
  ])
})

it('tries a few files again, each once, and none where much failed or a lane died', () => {
  expect(filesToTryAgain([failure('a.test.ts'), failure('a.test.ts', 'stops'), failure('b.test.ts')])).toEqual([
    'a.test.ts',
    'b.test.ts',
  ])
  expect(filesToTryAgain(['a', 'b', 'c', 'd'].map((name) => failure(`${name}.test.ts`)))).toEqual([])
  expect(filesToTryAgain([failure('a.test.ts'), ...cutShort('front', 'ended with 137').failures])).toEqual([])
})

it('calls unsteady only what is in a file that passed whole the second time', () => {
  const first = [failure('a.test.ts'), failure('b.test.ts'), failure('b.test.ts', 'stops')]
  expect(unsteadyOf(first, [failure('b.test.ts', 'stops')])).toEqual([failure('a.test.ts')])
})
