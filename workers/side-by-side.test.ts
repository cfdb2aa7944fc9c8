import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Service } from '../infra/runtime/lifecycle.ts'
import { sideBySide } from './side-by-side.ts'

const slow = (done: string[], name: string): Service => ({
  name,
  async start() {},
  async drain() {
    await wait(150)
    done.push(`${name} drained`)
  },
  async stop() {
    done.push(`${name} stopped`)
  },
})

it('drains in the time of the slowest, not of all together', async () => {
  const done: string[] = []
  const since = performance.now()
  await sideBySide('all', [slow(done, 'a'), slow(done, 'b'), slow(done, 'c')]).drain?.(Date.now() + 1_000)
  expect(performance.now() - since).toBeLessThan(300)
  expect(done).toHaveLength(3)
})

it('stops the others when one cannot, and says so', async () => {
  const done: string[] = []
  const broken: Service = { name: 'broken', async start() {}, stop: () => Promise.reject(new Error('no')) }
  await expect(sideBySide('all', [broken, slow(done, 'b')]).stop()).rejects.toThrow('no')
  expect(done).toEqual(['b stopped'])
})
