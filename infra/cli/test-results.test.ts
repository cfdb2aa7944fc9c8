import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PROJECT_ROOT } from '../stack/folders.ts'
import { cutShort, filesToTryAgain, judge, resultsOf, told } from './test-results.ts'

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
        assertionResults: [
          test('plays', 'passed'),
          test('stops', 'failed', ['Error: goes on\n    at x.ts:9:1\n    at /home/gateway/a.test.ts:3:7']),
        ],
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
    'gateway/a.test.ts > stops: Error: goes on (line 3)',
    'infra/b.test.ts > the file as a whole: no server',
  ])
})

it('tries a few files on real servers again, each once, and none where much failed, a lane died, or what is pure failed', () => {
  const again = filesToTryAgain([failure('a.int.test.ts'), failure('a.int.test.ts', 'stops'), failure('b.int.test.ts')])
  expect(again).toEqual(['a.int.test.ts', 'b.int.test.ts'])
  expect(filesToTryAgain(['a', 'b', 'c', 'd'].map((name) => failure(`${name}.int.test.ts`)))).toEqual([])
  expect(filesToTryAgain([failure('a.int.test.ts'), ...cutShort('front', 'ended with 137').failures])).toEqual([])
  expect(filesToTryAgain([failure('a.int.test.ts'), failure('pure.test.ts')])).toEqual([])
})

it('calls unsteady only what is in a file that passed whole the second time', () => {
  const [a, b, stops] = [failure('a.int.test.ts'), failure('b.int.test.ts'), failure('b.int.test.ts', 'stops')]
  expect(judge([a, b, stops], [stops])).toEqual({ unsteady: [a], broken: [stops] })
  expect(judge([a, b], [])).toEqual({ unsteady: [a, b], broken: [] })
  const { failures: died } = cutShort('again', 'ended with 137')
  expect(judge([a, b], died)).toEqual({ unsteady: [], broken: [a, b, ...died] })
})
