/** Owns what of the dashboard is shown of few listeners: no count of fewer than `least`, nor what tells one, nor what was played by so few alone. Pure. */

import { hideSmallCells } from '../../questions/small-cells.ts'
import type { Dashboard } from './dashboard.ts'
import type { Dimension } from './panel-query.ts'
import type { HeardBy, ListenersBy } from './panels.ts'

/** A row whose figures may be hidden: null. */
type Shown<Row> = { readonly [Key in keyof Row]: Row[Key] extends number ? number | null : Row[Key] }
type By<Row> = Readonly<Record<Dimension, readonly Row[]>>

export interface ShownDashboard extends Omit<Dashboard, 'listeners_now' | 'listeners_now_by' | 'heard_by'> {
  /** Fewer listeners than these are hidden; 1: nobody is. */
  readonly small_cells: number
  readonly listeners_now: number | null
  readonly listeners_now_by: By<Shown<ListenersBy>>
  readonly heard_by: By<Shown<HeardBy>>
}

const DIMENSIONS: readonly Dimension[] = ['country', 'plan', 'device_kind']

export function withoutFew(dashboard: Dashboard, least: number): ShownDashboard {
  if (least <= 1) return { ...dashboard, small_cells: least }
  const heard_by = everyDimension((by) => {
    const rows = dashboard.heard_by[by]
    const { hidden } = hiddenOf(
      rows.map(({ total_listeners }) => total_listeners),
      least,
    )
    return inNoOrder(rows, (at) => hidden[at] === true)
  })
  const shown = { ...dashboard, ...listeningNow(dashboard, least), heard_by, small_cells: least }
  if (heardByFew(dashboard, least)) return { ...shown, ...NOTHING_PLAYED }
  const ofMany = <Row extends { readonly listeners: number }>(rows: readonly Row[]) =>
    rows.filter(({ listeners }) => listeners >= least)
  const isTold = (by: Dimension, name: string) =>
    heard_by[by].some((row) => row.name === name && row.total_listeners !== null)
  return {
    ...shown,
    top_tracks: ofMany(dashboard.top_tracks),
    top_artists: ofMany(dashboard.top_artists),
    sessions: dashboard.sessions.filter((session) => DIMENSIONS.every((by) => isTold(by, session[by]))),
  }
}

type Campaign = Readonly<Record<string, unknown>>

const OF_REACH = ['impressions', 'served', 'invalid', 'reach', 'frequency', 'clicks', 'click_rate'] as const
const OF_HEARING = ['quartile1', 'quartile2', 'quartile3', 'completion'] as const
const OF_LIFT = ['treated', 'control', 'treated_rate', 'control_rate', 'lift'] as const
const OF_DIFFERENCE = ['difference', 'difference_low', 'difference_high'] as const

/** As the question about campaigns answers. */
export function campaignsWithoutFew(campaigns: readonly Campaign[], least: number): Campaign[] {
  const isFew = (count: unknown) => Number(count) > 0 && Number(count) < least
  return campaigns.map((row) => {
    const gone = [
      ...(isFew(row.reach) ? [...OF_REACH, ...OF_HEARING] : []),
      ...(isFew(row.treated) || isFew(row.control) ? [...OF_LIFT, ...OF_DIFFERENCE] : []),
    ].filter((name) => name in row)
    return { ...row, ...Object.fromEntries(gone.map((name) => [name, null])) }
  })
}

/** The total is one for the three tables: where one of them would give it away, no row of any is shown. */
function listeningNow({ listeners_now, listeners_now_by }: Dashboard, least: number) {
  const tables = everyDimension((by) =>
    hiddenOf(
      listeners_now_by[by].map(({ listeners }) => listeners),
      least,
    ),
  )
  const total = (listeners_now > 0 && listeners_now < least) || DIMENSIONS.some((by) => tables[by].hidesTotal)
  return {
    listeners_now: total ? null : listeners_now,
    listeners_now_by: everyDimension((by) =>
      inNoOrder(listeners_now_by[by], (at) => total || tables[by].hidden[at] === true),
    ),
  }
}

const NOTHING_PLAYED = {
  streams: [],
  top_tracks: [],
  top_artists: [],
  skips: { total_streams: 0, skipped_streams: 0, by_position: [] },
  quality: { in_all: undefined, by_bucket: [] },
  sessions: [],
} satisfies Partial<Dashboard>

/** Of a listener in two countries there are two: so many are there at most. */
const heardByFew = ({ heard_by }: Dashboard, least: number): boolean =>
  heard_by.country.reduce((sum, { total_listeners }) => sum + total_listeners, 0) < least

/** One column of counts, and its total: which of them are hidden. */
function hiddenOf(counts: readonly number[], least: number): { hidden: readonly boolean[]; hidesTotal: boolean } {
  if (counts.length === 0) return { hidden: [], hidesTotal: false }
  const shown = hideSmallCells({ counts: counts.map((count) => [count]), untold: 'row-totals' }, least)
  return { hidden: shown.counts.map(([count]) => count === null), hidesTotal: shown.columnTotals[0] === null }
}

/** Those that are hidden come last, by name: by figures their order would tell which is the least. */
function inNoOrder<Row extends { readonly name: string }>(
  rows: readonly Row[],
  isHidden: (at: number) => boolean,
): (Row | Shown<Row>)[] {
  const hidden = rows.filter((_, at) => isHidden(at)).sort((one, other) => (one.name < other.name ? -1 : 1))
  return [...rows.filter((_, at) => !isHidden(at)), ...hidden.map(withoutFigures)]
}

const withoutFigures = <Row extends object>(row: Row): Shown<Row> =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? null : value]),
  ) as Shown<Row>

const everyDimension = <T>(of: (by: Dimension) => T): Record<Dimension, T> => ({
  country: of('country'),
  plan: of('plan'),
  device_kind: of('device_kind'),
})
