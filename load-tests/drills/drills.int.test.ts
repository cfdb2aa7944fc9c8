import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest'
import { silentScreen } from '../../infra/stack/screen.ts'
import { deploy, insist } from './deploy.ts'
import { drillOn } from './drill.ts'
import { reportLines } from './report.ts'
import { buildRig, type Rig, SHORT_TIMING } from './rig.ts'
import { KINDS, LEAST_HOLD_MS, TARGETS } from './schedule.ts'

const SEED = 20
/** Every part in every way, once. */
const FAULTS = TARGETS.length * KINDS.length
const PLAYERS = 24
/** What a gateway gives itself to leave. */
const LEAVE_WITHIN_MS = 10_000

let rig: Rig | undefined
let failed = false

const built = (): Rig => {
  if (rig === undefined) throw new Error('there is no rig')
  return rig
}

beforeAll(async () => {
  rig = await buildRig({ seed: SEED, players: PLAYERS, timing: SHORT_TIMING, screen: silentScreen })
})

afterAll(async () => {
  const logs = await rig?.end(failed)
  if (logs !== undefined) console.error(`the logs of all parts are in ${logs}`)
})

describe('a deploy at noon', () => {
  it('G1 lets everybody go to the other gateway, and nobody with 10 s in hand hears of it', async () => {
    onTestFailed(() => {
      failed = true
    })
    const { exit, leftAfterMs, moved, stallsMs } = await deploy(built())
    expect(exit).toEqual({ code: 0, signal: null })
    expect(leftAfterMs).toBeLessThan(LEAVE_WITHIN_MS)
    expect(moved).toBeGreaterThan(0)
    expect(stallsMs).toEqual([])
  })

  it('leaves at once when it is asked twice', async () => {
    onTestFailed(() => {
      failed = true
    })
    const { exit, leftAfterMs } = await insist(built())
    expect(exit).toEqual({ code: 1, signal: null })
    expect(leftAfterMs).toBeLessThan(2_000)
  })
})

describe('faults under load', () => {
  it('D1 D2 D4 D8 U1 lose no event, count none twice, and give every session back', async () => {
    onTestFailed(() => {
      failed = true
    })
    const lines: string[] = []
    const report = await drillOn(built(), {
      seed: SEED,
      faults: FAULTS,
      targets: TARGETS,
      kinds: KINDS,
      leastHoldMs: LEAST_HOLD_MS,
      mostHoldMs: 3_000,
      mostGapMs: 500,
      overlapping: 0.3,
      screen: { ...silentScreen, line: (text) => lines.push(text) },
    })
    console.info([`${FAULTS} faults by seed ${SEED}`, ...reportLines(report)].join('\n'))
    if (report.problems.length > 0) console.error([...lines, ...report.problems].join('\n'))
    expect(report.problems).toEqual([])
    expect(report).toMatchObject({ faults: FAULTS, lost: 0, duplicated: 0, sessions_not_recovered: 0 })
    expect(report.resumes).toBeGreaterThan(PLAYERS)
    expect(report.acknowledged_events).toBeGreaterThan(1_000)
  }, 400_000)
})
