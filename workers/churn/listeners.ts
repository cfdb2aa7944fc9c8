/** Owns made-up listeners by a seed: who plays on which days, what they skip, and who stops for good. */

import { dateTimeText, endedVersion, type StreamRow } from '../../infra/clickhouse/playback-rows.ts'
import { Chance } from '../sharing/testing/chance.ts'

const DAY_MS = 86_400_000
const DAYS_BEFORE = 28
const DAYS_AFTER = 30

interface Habit {
  readonly weight: number
  /** Whether there is listening on a day, `day` days from the forecast; undefined day of leaving: stays. */
  plan(chance: Chance): (day: number) => { readonly plays: number; readonly streams: number; readonly skips: number }
}

const silent = { plays: 0, streams: 0, skips: 0 }

/** Those that go, and those that only look as if. */
const HABITS: Readonly<Record<string, Habit>> = {
  steady: { weight: 30, plan: () => () => ({ plays: 0.8, streams: 12, skips: 0.25 }) },
  weekender: {
    weight: 15,
    plan(chance) {
      const shift = chance.whole(0, 6)
      return (day) => ((((day + shift) % 7) + 7) % 7 < 2 ? { plays: 0.8, streams: 14, skips: 0.3 } : silent)
    },
  },
  sporadic: { weight: 15, plan: () => () => ({ plays: 0.12, streams: 5, skips: 0.35 }) },
  traveller: {
    weight: 10,
    plan(chance) {
      const away = chance.whole(-18, 20)
      const back = away + chance.whole(6, 18)
      return (day) => (day >= away && day < back ? silent : { plays: 0.8, streams: 12, skips: 0.25 })
    },
  },
  discontented: {
    weight: 5,
    plan: () => (day) => ({ plays: 0.6, streams: 10, skips: Math.min(0.7, 0.4 + 0.01 * (day + DAYS_BEFORE)) }),
  },
  fading: {
    weight: 15,
    plan(chance) {
      const leaves = chance.whole(-20, 12)
      return (day) => {
        if (day >= leaves) return silent
        const near = Math.max(0, 1 - (leaves - day) / 21)
        return { plays: 0.8 - 0.55 * near, streams: 12 - 8 * near, skips: 0.25 + 0.4 * near }
      }
    },
  },
  abrupt: {
    weight: 10,
    plan(chance) {
      const leaves = chance.whole(-20, 10)
      return (day) => {
        if (day >= leaves) return silent
        return { plays: 0.8, streams: 12, skips: leaves - day <= 5 ? 0.45 : 0.25 }
      }
    },
  },
}

/** The streams of 58 days around the forecast at `atMs`; accounts are named by seed, number and habit. */
export function makeListeners(seed: number, accounts: number, atMs: number): StreamRow[] {
  const chance = new Chance(seed)
  const habits = Object.entries(HABITS).map(([name, { weight }]) => [name, weight] as const)
  const rows: StreamRow[] = []
  for (let number = 0; number < accounts; number += 1) {
    const own = chance.fork()
    const name = own.weighted(habits)
    const plan = HABITS[name]?.plan(own)
    const account = `${seed}-${number}-${name}`
    for (let day = -DAYS_BEFORE; day < DAYS_AFTER; day += 1) {
      const { plays, streams, skips } = plan?.(day) ?? silent
      if (!own.happens(plays)) continue
      const count = 1 + own.poisson(Math.max(0, streams - 1))
      let at = atMs + day * DAY_MS + own.whole(7 * 3_600_000, 20 * 3_600_000)
      for (let n = 0; n < count; n += 1) {
        const skipped = own.happens(skips)
        const ms = skipped ? own.whole(1_000, 60_000) : own.whole(120_000, 280_000)
        rows.push(stream(account, at, ms, skipped, own))
        at += ms
      }
    }
  }
  return rows
}

function stream(account_id: string, at: number, ms: number, skipped: boolean, chance: Chance): StreamRow {
  const id = (prefix: string) =>
    `${prefix}-${chance.whole(0, 0xfff).toString(16).padStart(3, '0').padStart(4, '7')}-8000-${chance.whole(0, 0xffffff).toString(16).padStart(6, '0')}${chance.whole(0, 0xffffff).toString(16).padStart(6, '0')}`
  const time = at.toString(16).padStart(12, '0')
  return {
    account_id,
    session_id: id('00000000-0000'),
    device_id: 'd',
    device_kind: 'phone',
    plan: 'individual',
    country: 'DE',
    stream_id: id(`${time.slice(0, 8)}-${time.slice(8)}`),
    version: endedVersion(ms),
    track_id: id('00000000-0000'),
    isrc: 'ZZSEG2600001',
    artist_id: id('00000000-0000'),
    started_at: dateTimeText(at),
    reason_start: 'next',
    fence: null,
    ended_at: dateTimeText(at + ms),
    reason_end: skipped ? 'next' : 'completed',
    ms_played: ms,
    ms_claimed: ms,
    ms_granted: ms,
    position_ms: ms,
    flags: [],
  }
}
