import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../infra/demo/seeded-random.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import { SeenEvents } from './seen-events.ts'

const NOW = Date.UTC(2026, 10, 29, 20)
const MINUTE_MS = 60_000
const small = { rememberMs: 10 * MINUTE_MS, remember: 1_000, bits: 2 ** 16 }

describe('seen events', () => {
  it('are new the first time, and not known to be new again', () => {
    const seen = new SeenEvents(small)
    const id = uuidv7(NOW)
    expect(seen.isNew(id, NOW - 1, NOW)).toBe(true)
    expect(seen.isNew(id, NOW - 1, NOW)).toBe(false)
    expect(seen.isNew(uuidv7(NOW), NOW - 1, NOW)).toBe(true)
  })

  it('are in doubt when they may have come before all came by here', () => {
    const seen = new SeenEvents(small)
    expect(seen.isNew(uuidv7(NOW), NOW, NOW)).toBe(false)
    expect(seen.isNew(uuidv7(NOW + 1), NOW, NOW)).toBe(true)
  })

  it.each([
    ['is of another version', '11111111-1111-4111-8111-111111111111'],
    ['is ahead by more than a gateway takes', uuidv7(NOW + 6 * MINUTE_MS)],
    ['is of the far future', 'ffffffff-ffff-7fff-bfff-ffffffffffff'],
  ])('are in doubt when the id %s', (_why, id) => {
    expect(new SeenEvents(small).isNew(id, 0, NOW)).toBe(false)
  })

  it('are never called new when they came before, whatever is forgotten meanwhile and in whatever order', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = seededRandom(seed)
      const seen = new SeenEvents({ ...small, remember: 200 })
      const came: string[] = []
      let nowMs = NOW
      let news = 0
      for (let i = 0; i < 5_000; i += 1) {
        nowMs += random() * 2_000
        // One partition is read with a delay, some clocks are wrong, some players were offline.
        const receivedMs = random() < 0.2 ? nowMs - 30 * MINUTE_MS : nowMs
        const again = random() < 0.3 && came.length > 0
        const made = receivedMs + (random() < 0.1 ? (random() - 0.75) * 20 * MINUTE_MS : -random() * 1_000)
        const id = again ? (came[Math.floor(random() * came.length)] ?? '') : uuidv7(made)
        const isNew = seen.isNew(id, 0, receivedMs)
        if (again) expect(isNew, `seed ${seed}, event ${i}`).toBe(false)
        else came.push(id)
        if (isNew) news += 1
      }
      expect(news).toBeGreaterThan(1_000)
    }
  })
})
