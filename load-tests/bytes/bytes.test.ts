import { afterEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../infra/demo/seeded-random.ts'
import { UP_MESSAGES } from '../../protocol/messages/up.ts'
import { Bench, type Failure } from './bench.ts'
import { BEGINS_AT_MS, createBenchGateway } from './bench-gateway.ts'
import { readCorpus } from './corpus.ts'
import { FrameSource } from './frame-source.ts'
import { STAGES } from './stages.ts'

const FRAMES = 100_000
/** It takes about ten seconds; the machine may have other things to do. */
const WITHIN_MS = 180_000
const corpus = await readCorpus()

const failures: Failure[] = []
const bench = (seed: number) => new Bench(seed, (failure) => failures.push(failure))
afterEach(() => void failures.splice(0))

describe('E1 frames from hell', () => {
  it(
    `${FRAMES} of them have outcomes in the tables, and each kind of outcome occurs`,
    async () => {
      const all = bench(1)
      await all.run(FRAMES)
      expect(failures.slice(0, 3)).toEqual([])
      const { tables } = all.outcomes.counts()
      expect(Object.keys(tables.accepted ?? {}).sort()).toEqual(Object.keys(UP_MESSAGES).sort())
      expect(Object.keys(tables.refused ?? {}).sort()).toEqual([
        'invalid_message',
        'malformed_frame',
        'unknown_message',
      ])
      for (const name of ['ready', 'resumed', 'playback', 'grant', 'ack', 'refreshed', 'up_next', 'heartbeat_ack']) {
        expect(all.outcomes.of('said', name), name).toBeGreaterThan(0)
      }
      for (const name of ['not_authenticated', 'already_authenticated', 'too_many_errors', 'frame_too_large']) {
        expect(all.outcomes.of('closed', name), name).toBeGreaterThan(0)
      }
    },
    WITHIN_MS,
  )

  it('are the same by the same seed', () => {
    const hints = {
      nowMs: BEGINS_AT_MS,
      nextId: 1,
      streamId: '',
      ticket: 't',
      trackIds: ['x'],
      prefers: ['play'],
    } as const
    const frames = (seed: number) => {
      const source = new FrameSource(seededRandom(seed))
      return Array.from({ length: 2_000 }, () => source.next('msgpack', { ...hints }))
    }
    expect(frames(7)).toEqual(frames(7))
    expect(frames(7)).not.toEqual(frames(8))
  })

  it.each(corpus)('%s, which once went wrong, goes right', async (_name, failure) => {
    await bench(1).replay(failure)
    expect(failures).toEqual([])
  })
})

describe('the bench sees', () => {
  const greeted = { stage: 'greeted', encoding: 'msgpack', is_binary: true } as const

  it('what was answered to a frame at every stage', async () => {
    for (const stage of STAGES) {
      const one = bench(1)
      await one.replay({ ...greeted, stage, hex: '80' })
      expect([one.outcomes.of('refused', 'malformed_frame'), one.outcomes.of('errors', 'malformed_frame')]).toEqual([
        1, 1,
      ])
    }
    expect(failures).toEqual([])
  })

  it('a defect of the gateway, with the frame in hex', async () => {
    const broken = new Bench(
      1,
      (failure) => failures.push(failure),
      (random, log) => {
        const gateway = createBenchGateway(random, log)
        const now = () => {
          throw new Error('the clock is broken')
        }
        return { ...gateway, context: { ...gateway.context, now } }
      },
    )
    await broken.replay({ ...greeted, hex: '81a474797065a178' })
    expect(failures.map(({ hex }) => hex)).toContain('81a474797065a178')
    expect(failures.map(({ why }) => why).join()).toMatch(/it was not handled: Error: the clock is broken/)
    expect(failures.map(({ why }) => why).join()).toContain("closed with 4004 'internal'")
  })
})
