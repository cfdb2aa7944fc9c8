import { describe, expect, it, vi } from 'vitest'
import type { EventRow } from '../../infra/clickhouse/playback-rows.ts'
import type { PlaybackRows } from '../../infra/clickhouse/playback-writer.ts'
import { GroupWriter } from './group-writer.ts'

const rows = (count: number): PlaybackRows => ({ events: Array<EventRow>(count).fill({} as EventRow), streams: [] })
const signal = new AbortController().signal

function writerOf(write: (count: number) => Promise<void>, options: { windowMs?: number; maxRows?: number } = {}) {
  const writes: number[] = []
  const onFailure = vi.fn()
  const writer = new GroupWriter({
    windowMs: 5,
    ...options,
    async write({ events }) {
      writes.push(events.length)
      await write(events.length)
      return { written: events.length, repeated: 0 }
    },
    onWritten: () => undefined,
    onFailure,
  })
  return { writer, writes, onFailure }
}

describe('group writer', () => {
  it('writes together what comes within the window', async () => {
    const { writer, writes } = writerOf(async () => undefined)
    await Promise.all([writer.add(rows(1), signal), writer.add(rows(2), signal), writer.add(rows(0), signal)])
    await writer.add(rows(4), signal)
    expect(writes).toEqual([3, 4])
  })

  it('does not wait when there is enough, and splits what is too much', async () => {
    const { writer, writes } = writerOf(async () => undefined, { windowMs: 60_000, maxRows: 10 })
    await Promise.all([writer.add(rows(6), signal), writer.add(rows(6), signal), writer.add(rows(25), signal)])
    expect(writes).toEqual([6, 6, 25])
  })

  it('writes nothing for batches without rows', async () => {
    const { writer, writes } = writerOf(async () => undefined)
    await writer.add(rows(0), signal)
    expect(writes).toEqual([])
  })

  it('tries again until it works', async () => {
    let failures = 2
    const { writer, writes, onFailure } = writerOf(async () => {
      if (failures-- > 0) throw new Error('away')
    })
    await writer.add(rows(1), signal)
    expect(writes).toEqual([1, 1, 1])
    expect(onFailure).toHaveBeenCalledTimes(2)
  })

  it('takes nothing for new any more that it tried to write once', async () => {
    const tried: number[] = []
    let failures = 1
    const writer = new GroupWriter({
      windowMs: 5,
      async write({ newEvents = [], events }) {
        tried.push(newEvents.length, events.length)
        if (failures-- > 0) throw new Error('away')
        return { written: 3, repeated: 0 }
      },
      onWritten: () => undefined,
      onFailure: () => undefined,
    })
    const { events: newEvents } = rows(2)
    await writer.add({ ...rows(1), newEvents }, signal)
    expect(tried).toEqual([2, 1, 0, 3])
  })

  it('leaves rows alone when their partition is lost, and goes on for others', async () => {
    const lost = new AbortController()
    const { writer } = writerOf(async (count) => {
      if (count === 1) throw new Error('away')
    })
    const first = writer.add(rows(1), lost.signal)
    const second = writer.add(rows(2), signal)
    setTimeout(() => lost.abort(), 20)
    await expect(first).rejects.toThrow()
    await second
  })
})
