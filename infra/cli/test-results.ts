/** Owns what became of the tests of a lane, read from the report that vitest writes. */

import { relative } from 'node:path'
import { z } from 'zod'
import { PROJECT_ROOT } from '../stack/folders.ts'

export interface Results {
  readonly passed: number
  readonly failures: readonly Failure[]
}

export interface Failure {
  /** As the project has it: `gateway/pages/dashboard.int.test.ts`. */
  readonly file: string
  /** Of the test, or of the file when that failed as a whole. */
  readonly title: string
  /** The first line of what it said, and the line of the file where. */
  readonly why: string
}

const REPORT = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
})

/** @param json - as vitest's reporter `json` writes it; throws for anything else */
export function resultsOf(json: string): Results {
  const { numPassedTests, testResults } = REPORT.parse(JSON.parse(json))
  return { passed: numPassedTests, failures: testResults.flatMap(failuresOf) }
}

/** A file of which a hook failed has no test that did: then it is told as a whole. */
function failuresOf({
  name,
  status,
  message,
  assertionResults,
}: z.infer<typeof REPORT>['testResults'][number]): Failure[] {
  const file = relative(PROJECT_ROOT, name)
  const failed = assertionResults.filter((test) => test.status === 'failed')
  if (failed.length === 0 && status === 'failed')
    return [{ file, title: 'the file as a whole', why: said(message, file) }]
  return failed.map(({ fullName, failureMessages }) => ({
    file,
    title: fullName,
    why: said(failureMessages?.[0], file),
  }))
}

/** @param text - a message, and the stack below it */
function said(text = '', file: string): string {
  const [message = '', ...stack] = text.split('\n')
  const line = stack.map((frame) => frame.split(`${file}:`)[1]).find((place) => place !== undefined)
  return line === undefined ? message : `${message} (line ${Number.parseInt(line, 10)})`
}

/** Of a lane that has no results of its own. */
export function cutShort(lane: string, why: string): Results {
  return { passed: 0, failures: [{ file: lane, title: 'the lane as a whole', why }] }
}

/** More than so many files that fail are no accident. */
const MOST_TRIED_AGAIN = 3

/** What waits for others may be late; what is pure fails for a reason. */
const isOnServers = (file: string): boolean => file.endsWith('.int.test.ts')

/** The files that are worth a second run, alone: none when so much failed that something is broken. */
export function filesToTryAgain(failures: readonly Failure[]): string[] {
  const files = [...new Set(failures.map(({ file }) => file))]
  return files.length <= MOST_TRIED_AGAIN && files.every(isOnServers) ? files : []
}

/** What failed at first, parted by what became of its file the second time. */
export function judge(failures: readonly Failure[], again: readonly Failure[]) {
  const files = new Set(again.map(({ file }) => file))
  // The second run itself died: nothing is known of any of them.
  if (again.some(({ file }) => !isOnServers(file))) return { unsteady: [], broken: [...failures, ...again] }
  return { unsteady: failures.filter(({ file }) => !files.has(file)), broken: again }
}

export function told({ file, title, why }: Failure): string {
  return `${file} > ${title}: ${why}`
}
