import { describe, expect, it } from 'vitest'
import { createFresh } from './fresh.ts'

describe('fresh readings', () => {
  it('one reading serves all who come while it is under way or fresh', async () => {
    let now = 0
    let reads = 0
    let arrive: (value: string) => void = () => undefined
    const fresh = createFresh(
      (key: string) => {
        reads += 1
        return new Promise<string>((resolve) => {
          arrive = (value) => resolve(`${key} ${value}`)
        })
      },
      1_000,
      () => now,
    )
    const first = fresh('a')
    now = 5_000
    const second = fresh('a')
    arrive('1')
    expect(await Promise.all([first, second, fresh('a')])).toEqual(['a 1', 'a 1', 'a 1'])
    expect(reads).toBe(1)
    now = 6_001
    const third = fresh('a')
    arrive('2')
    expect(await third).toBe('a 2')
    expect(reads).toBe(2)
  })

  it('does not keep one that failed', async () => {
    let reads = 0
    const fresh = createFresh(
      () => {
        reads += 1
        return Promise.reject(new Error(`no ${reads}`))
      },
      1_000,
      () => 0,
    )
    await expect(fresh('a')).rejects.toThrow('no 1')
    await expect(fresh('a')).rejects.toThrow('no 2')
  })
})
