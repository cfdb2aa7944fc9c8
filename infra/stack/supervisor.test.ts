/** Owns the test of what follows when a part dies by itself. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PartName } from './part.ts'
import { silentScreen } from './screen.ts'
import type { PartDeath } from './stack.ts'
import { createSupervisor, deathLine, pauseMs } from './supervisor.ts'

const death = (name: PartName): PartDeath => ({
  name,
  title: name,
  exit: { code: null, signal: 'SIGKILL' },
  logFile: `/logs/${name}.log`,
  tail: ['last words'],
})

function supervised() {
  const stopping = new AbortController()
  const restart = vi.fn(async () => undefined)
  const giveUp = vi.fn()
  const onDeath = createSupervisor({ screen: silentScreen, signal: stopping.signal, restart, giveUp })
  return { stopping, restart, giveUp, onDeath }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('a part that dies by itself', () => {
  test('is told with its exit and the end of its log', () => {
    expect(deathLine(death('gateway'), 'so what')).toBe(
      'gateway ended by itself (SIGKILL), so what; its log (/logs/gateway.log) ends with:\n      last words',
    )
  })

  test('is started again when it is ours', async () => {
    const { restart, giveUp, onDeath } = supervised()
    onDeath(death('gateway'))
    await vi.waitFor(() => expect(restart).toHaveBeenCalledWith('gateway'), { timeout: 30_000 })
    expect(giveUp).not.toHaveBeenCalled()
  })

  test('ends everything when it is a server', () => {
    const { restart, giveUp, onDeath } = supervised()
    onDeath(death('kafka'))
    expect(giveUp).toHaveBeenCalledOnce()
    expect(restart).not.toHaveBeenCalled()
  })

  test('is let go once everything stops', () => {
    const { stopping, giveUp, onDeath } = supervised()
    stopping.abort()
    onDeath(death('kafka'))
    expect(giveUp).not.toHaveBeenCalled()
  })

  test('waits longer each time, up to ten seconds', () => {
    expect([0, 1, 2, 3, 4, 5, 9].map(pauseMs)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
  })
})
