/** Owns the test of what the dashboard shows of few listeners. */

import { describe, expect, test } from 'vitest'
import type { Dashboard } from './dashboard.ts'
import type { HeardBy } from './panels.ts'
import { campaignsWithoutFew, withoutFew } from './without-few.ts'

type Counts = Readonly<Record<string, number>>

const now = (by: 'country' | 'plan' | 'device_kind', counts: Counts) =>
  Object.entries(counts).map(([name, listeners]) => ({ by, name, listeners }))
const heard = (by: 'country' | 'plan' | 'device_kind', counts: Counts): HeardBy[] =>
  Object.entries(counts).map(([name, total_listeners]) => ({
    by,
    name,
    total_listeners,
    total_streams: 2 * total_listeners,
    total_ended: total_listeners,
    total_countable: 1,
    total_skipped: 1,
    total_ms_played: 1_000,
  }))

const session = (session_id: string, country: string, plan: string) => ({
  session_id,
  first_at: '2026-03-01T12:00:00Z',
  latest_at: '2026-03-01T12:00:00Z',
  country,
  plan,
  device_kind: 'web',
  total_streams: 1,
  total_ms_played: 1_000,
  open: true,
})
const top = (id: string, listeners: number) => ({
  id,
  listeners,
  total_streams: listeners,
  total_countable: listeners,
  total_ms_played: 1_000,
})

function dashboardOf(countries: Counts, plans: Counts): Dashboard {
  const total = Object.values(countries).reduce((sum, count) => sum + count, 0)
  return {
    generated_at: '2026-03-01T12:00:00Z',
    range_minutes: 60,
    step_s: 60,
    from: '2026-03-01T11:00:00Z',
    filters: { country: '', plan: '', device_kind: '' },
    listeners_now: total,
    listeners_now_by: {
      country: now('country', countries),
      plan: now('plan', plans),
      device_kind: now('device_kind', { web: total }),
    },
    streams: [{ at: '2026-03-01T11:59:00Z', total_streams: 7 }],
    heard_by: {
      country: heard('country', countries),
      plan: heard('plan', plans),
      device_kind: heard('device_kind', { web: total }),
    },
    top_tracks: [top('many', 12), top('few', 3)],
    top_artists: [top('few', 9)],
    skips: { total_streams: 7, skipped_streams: 1, by_position: [] },
    quality: { in_all: undefined, by_bucket: [] },
    lag: { in_all: { at: '', events: 3, lag_ms: [1, 2, 3] }, by_bucket: [] },
    late: { events: 1, streams: 0 },
    sessions: [session('shown', 'DE', 'free'), session('of few', 'SE', 'free'), session('unknown', 'FR', 'free')],
  }
}

const counts = (rows: readonly { readonly name: string; readonly listeners: number | null }[]) =>
  Object.fromEntries(rows.map(({ name, listeners }) => [name, listeners]))
const heardCounts = (rows: readonly { readonly name: string; readonly total_listeners: number | null }[]) =>
  Object.fromEntries(rows.map(({ name, total_listeners }) => [name, total_listeners]))

describe('of few listeners', () => {
  test('a count is hidden, and the least of the others by which it would be told; the total stays', () => {
    const shown = withoutFew(dashboardOf({ DE: 60, JP: 40, SE: 4 }, { free: 70, individual: 34 }), 10)
    expect(shown.small_cells).toBe(10)
    expect(shown.listeners_now).toBe(104)
    expect(counts(shown.listeners_now_by.country)).toEqual({ DE: 60, JP: null, SE: null })
    expect(counts(shown.listeners_now_by.plan)).toEqual({ free: 70, individual: 34 })
    expect(heardCounts(shown.heard_by.country)).toEqual({ DE: 60, JP: null, SE: null })
    expect(shown.heard_by.country[2]).toEqual({
      by: 'country',
      name: 'SE',
      total_listeners: null,
      total_streams: null,
      total_ended: null,
      total_countable: null,
      total_skipped: null,
      total_ms_played: null,
    })
  })

  test('the order does not tell which of the hidden is the least', () => {
    const shown = withoutFew(dashboardOf({ DE: 60, SE: 11, JP: 4, AT: 3 }, { free: 78 }), 10)
    expect(shown.listeners_now_by.country.map(({ name, listeners }) => [name, listeners])).toEqual([
      ['DE', 60],
      ['AT', null],
      ['JP', null],
      ['SE', null],
    ])
  })

  test('tracks and artists of few are left out, and sessions of a country, plan or device that is not shown', () => {
    const shown = withoutFew(dashboardOf({ DE: 60, JP: 40, SE: 4 }, { free: 104 }), 10)
    expect(shown.top_tracks.map(({ id }) => id)).toEqual(['many'])
    expect(shown.top_artists).toEqual([])
    expect(shown.sessions.map(({ session_id }) => session_id)).toEqual(['shown'])
    expect(shown.streams).toHaveLength(1)
  })

  test('where all countries are small the total goes, and with it every table that adds up to it', () => {
    const shown = withoutFew(dashboardOf({ DE: 8, SE: 7 }, { free: 15 }), 10)
    expect(shown.listeners_now).toBeNull()
    for (const by of ['country', 'plan', 'device_kind'] as const)
      expect(Object.values(counts(shown.listeners_now_by[by])).every((count) => count === null)).toBe(true)
  })

  test('of a view that fewer listened to, nothing that was played is shown; what machines did is', () => {
    const shown = withoutFew(dashboardOf({ DE: 3 }, { free: 3 }), 10)
    expect(shown).toMatchObject({
      listeners_now: null,
      streams: [],
      top_tracks: [],
      sessions: [],
      skips: { total_streams: 0 },
      lag: { in_all: { events: 3 } },
      late: { events: 1 },
    })
  })

  test('with 1 as the least, all is shown as it is', () => {
    const dashboard = dashboardOf({ DE: 2, SE: 1 }, { free: 3 })
    expect(withoutFew(dashboard, 1)).toEqual({ ...dashboard, small_cells: 1 })
  })
})

test('a campaign keeps its reach from being told when it is small, and its lift when a group is', () => {
  const campaign = {
    campaign_id: 'c',
    impressions: 30,
    reach: 20,
    frequency: 1.5,
    completion: 0.5,
    clicks: 2,
    treated: 20,
    control: 15,
    treated_rate: 0.2,
    control_rate: 0.1,
    difference: 0.1,
    difference_low: -0.1,
    difference_high: 0.3,
  }
  expect(campaignsWithoutFew([campaign], 10)).toEqual([campaign])
  expect(campaignsWithoutFew([{ ...campaign, reach: 9 }], 10)).toMatchObject([
    { campaign_id: 'c', impressions: null, reach: null, frequency: null, completion: null, clicks: null, treated: 20 },
  ])
  expect(campaignsWithoutFew([{ ...campaign, control: 4 }], 10)).toMatchObject([
    { reach: 20, treated: null, control: null, treated_rate: null, control_rate: null, difference: null },
  ])
  expect(campaignsWithoutFew([{ ...campaign, reach: 0, control: 0 }], 10)).toEqual([
    { ...campaign, reach: 0, control: 0 },
  ])
})
