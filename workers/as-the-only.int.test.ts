import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createPool, type Pool } from '../infra/postgres/client.ts'
import { postgresConfig } from '../infra/postgres/config.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { asTheOnly } from './as-the-only.ts'

let pool: Pool
beforeAll(() => {
  const { url } = readEnv(inject('stackEnv'), (read) => postgresConfig(read, 'rollups'))
  pool = createPool(url, { applicationName: 'test' })
})
afterAll(async () => {
  await pool.end()
})

it('is done by no other process meanwhile, and by the next one after', async () => {
  let others: boolean | undefined
  const mine = await asTheOnly(pool, 'test', async () => {
    others = await asTheOnly(pool, 'test', async () => undefined)
  })
  expect([mine, others]).toEqual([true, false])
  await expect(asTheOnly(pool, 'test', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await asTheOnly(pool, 'test', async () => undefined)).toBe(true)
})
