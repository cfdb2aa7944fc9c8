import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Service } from '../infra/runtime/lifecycle.ts'
import { sideBySide } from './side-by-side.ts'

const slow = (done: string[], name: string): Service => ({
  name,
  async start() {},
  async drain() {
    done.push(`${name} drains`)
    await wait(50)
    done.push(`${name} drained`)
  },
  async stop() {
    done.push(`${name} stopped`)
  },
})

it('drains all of them at once, not one after the other', async () => {
  const done: string[] = []
  await sideBySide('all', [slow(done, 'a'), slow(done, 'b'), slow(done, 'c')]).drain?.(Date.now() + 1_000)
  expect(done.slice(0, 3)).toEqual(['a drains', 'b drains', 'c drains'])
  expect(done.slice(3).sort()).toEqual(['a drained', 'b drained', 'c drained'])
})

it('stops the others when one cannot, and says so', async () => {
  const done: string[] = []
  const broken: Service = { name: 'broken', async start() {}, stop: () => Promise.reject(new Error('no')) }
  await expect(sideBySide('all', [broken, slow(done, 'b')]).stop()).rejects.toThrow('no')
  expect(done).toEqual(['b stopped'])
})
