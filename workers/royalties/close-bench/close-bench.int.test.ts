/** Owns the test that the bench of the close closes what it says, for each model, on the real servers. */

import { expect, inject, test } from 'vitest'
import { makeOwnBuckets } from '../../../infra/minio/testing/own-buckets.ts'
import { MODEL_NAMES } from '../reckoning/models/models.ts'
import { measure } from './measure.ts'

test.each(MODEL_NAMES)('a small month closes by the model %s, all of its streams and lines in it', async (model) => {
  const stack = inject('stackEnv')
  const env = { ...stack, ...(await makeOwnBuckets(stack, `segue-bench-${model}`)) }
  const size = { streams: 2_000, listeners: 40, tracks: 30, model }
  const measured = await measure(env, size, () => undefined)
  expect(measured).toMatchObject({ ...size, closed_streams: 2_000 })
  // Of each track the label's two parties and the works' two, and what minimums add.
  expect(measured.lines).toBeGreaterThanOrEqual(30 * 4)
  expect(measured.seconds_until).toHaveProperty('the month is closed')
})
