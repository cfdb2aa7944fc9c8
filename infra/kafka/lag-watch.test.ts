import { expect, it } from 'vitest'
import { createLogger } from '../runtime/log.ts'
import { LagWatch } from './lag-watch.ts'

it('tells of partitions that are read here alone, and is never below nothing', async () => {
  const told = new Map<number, number>()
  const watch = new LagWatch({
    topic: 'played',
    groupId: 'readers',
    gauge: { set: (partition, records) => told.set(partition, records), forget: (partition) => told.delete(partition) },
    newAdmin: () => {
      throw new Error('nothing is asked within moments')
    },
    log: createLogger('test', 'silent'),
  })
  watch.assigned([0, 1])
  watch.done(0, 5n, 9n)
  watch.done(1, 7n, 6n)
  // Of a batch that ended after its partition had gone elsewhere.
  watch.done(2, 1n, 100n)
  expect([...told]).toEqual([
    [0, 4],
    [1, 0],
  ])
  watch.assigned([1, 2])
  watch.done(2, 90n, 100n)
  expect([...told]).toEqual([
    [1, 0],
    [2, 10],
  ])
  await watch.stop()
  expect([...told]).toEqual([])
})
