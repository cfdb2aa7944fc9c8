/** Owns the test of what a tool's line looks like on the screen. */

import { describe, expect, test } from 'vitest'
import { printableLine } from './screen.ts'

describe('a line of a tool', () => {
  test('is shown without colours and control characters', () => {
    expect(printableLine('\u001b[1m[INFO]\u001b[0m\tdone\r')).toBe('[INFO] done')
  })
})
