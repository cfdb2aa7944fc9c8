/** Owns the test that what a screen shows as under way is seen beside it, and no longer. */

import { expect, test } from 'vitest'
import { silentScreen } from '../screen.ts'
import { seenScreen } from './seen-screen.ts'

test('a step is seen with the last thing that it said, until it has ended either way', () => {
  const screen = seenScreen(silentScreen)
  const maven = screen.step('Kafka by Maven')
  const go = screen.step('MinIO by Go')
  maven.note('Downloading one.jar')
  maven.note(' \u001b[32mDownloading two.jar\u001b[0m')
  maven.note('  ')
  expect(screen.underWay).toMatchObject([
    { title: 'Kafka by Maven', note: 'Downloading two.jar' },
    { title: 'MinIO by Go', note: '' },
  ])
  maven.done()
  go.failed()
  go.note('late')
  expect(screen.underWay).toEqual([])
})
