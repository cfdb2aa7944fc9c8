/** Owns the panels of the dashboard: which figure is shown where, and what is said when there is none. */

import { element } from '../element.ts'
import {
  countOf,
  countText,
  lengthText,
  millisecondsText,
  orHidden,
  planText,
  shareText,
  sinceText,
} from '../figure-text.ts'
import { barList } from './bar-list.ts'
import { campaignTable } from './campaign-table.ts'
import { aMinute, bucketsOf, type Dimension, everyBucket, type Figures, skippedShare } from './figures.ts'
import { sessionRow } from './session-row.ts'
import { statTile } from './stat-tile.ts'
import { timeChart } from './time-chart.ts'
import { dimensionText } from './words.ts'

const MOST_COUNTRIES = 6

export interface Panels {
  readonly element: HTMLElement
  /** `words` say which range and filters the figures are of. */
  update(figures: Figures, words: string): void
}

/** What is opened by a click, each under its name. */
export interface Opening {
  artist(artistId: string, name: string): void
  session(sessionId: string): void
  sharingCase(caseId: string): void
}

export function panels(open: Opening): Panels {
  const parts = [nowPanel(), streamsPanel(), tiles(), heardPanels(open), skipsPanel(), qualityPanels(), lagPanel()]
  const all = [...parts, heardByPanel(), campaignPanel(), flaggedPanel(open), sessionPanel(open), fewNote()]
  return {
    element: element('div', { class: 'grid' }, ...all.flatMap(({ elements }) => elements)),
    update: (figures, words) => {
      for (const { update } of all) update(figures, words)
    },
  }
}

interface Part {
  readonly elements: readonly HTMLElement[]
  update(figures: Figures, words: string): void
}

function nowPanel(): Part {
  const giant = element('p', { class: 'giant', text: '–' })
  const countries = barList('Nobody is listening at this moment.')
  const plans = element('p', { class: 'quiet now-plans' })
  return {
    elements: [panel('now', 'Listening now', giant, plans, countries.element)],
    update({ listeners_now, listeners_now_by }) {
      giant.textContent = orHidden(listeners_now, countText)
      giant.classList.toggle('is-word', listeners_now === null)
      plans.textContent = listeners_now_by.plan
        .map(({ name, listeners }) => `${planText(name)}\u00a0${orHidden(listeners, countText)}`)
        .join(' · ')
      countries.update(
        listeners_now_by.country.slice(0, MOST_COUNTRIES).map(({ name, listeners }) => ({
          key: name,
          name: dimensionText('country', name),
          value: listeners ?? 0,
          valueText: orHidden(listeners, countText),
        })),
      )
    },
  }
}

function streamsPanel(): Part {
  const chart = timeChart({ lines: [{ name: 'Streams', colour: '--accent', filled: true }], yText: rateText })
  return {
    elements: [panel('streams', 'Streams a minute', chart.element)],
    update(figures, words) {
      const { step_s, generated_at, streams } = figures
      const buckets = allBuckets(figures)
      const counts = everyBucket(buckets, streams, (row) => row.total_streams, 0)
      chart.update(
        buckets,
        [aMinute(counts, buckets, generated_at, step_s)],
        `${countOf(totalStreams(figures), 'stream')} in ${words}`,
      )
    },
  }
}

function tiles(): Part {
  const shown = {
    streams: statTile('Streams', 'begun in this range'),
    p50: statTile('Startup, median', 'from play to sound'),
    p95: statTile('Startup, p95', 'slowest one in twenty'),
    rebuffer: statTile('Rebuffering', 'of the time listened'),
    skipped: statTile('Skipped', 'of the streams that ended'),
    failures: statTile('Failures', 'of players'),
    lag: statTile('Pipeline lag, p95', 'from event to dashboard'),
    late: statTile('Late', 'after their hour had closed'),
  }
  return {
    elements: [element('dl', { class: 'tiles' }, ...Object.values(shown).map((tile) => tile.element))],
    update(figures) {
      const { quality, lag, late, skips } = figures
      const [median, slowest] = quality.in_all?.startup_quantiles ?? []
      shown.streams.update(countText(totalStreams(figures)))
      shown.p50.update(orDash(median, millisecondsText), countOf(quality.in_all?.total_startups ?? 0, 'start'))
      shown.p95.update(orDash(slowest, millisecondsText))
      shown.rebuffer.update(orDash(quality.in_all?.rebuffer_ratio, ratioText))
      shown.skipped.update(
        orDash(skippedShare(figures), shareText),
        `${countText(skips.skipped_streams)} of ${countOf(skips.total_streams, 'stream')}`,
      )
      shown.failures.update(countText(quality.in_all?.total_failures ?? 0))
      shown.lag.update(orDash(lag.in_all?.lag_ms[1], millisecondsText))
      shown.late.update(countText(late.events + late.streams))
    },
  }
}

function heardPanels({ artist }: Opening): Part {
  const tracks = barList('No stream in this range yet.')
  const artists = barList('No stream in this range yet.', (row) => artist(row.key, row.name))
  return {
    elements: [panel('tracks', 'Top tracks', tracks.element), panel('artists', 'Top artists', artists.element)],
    update({ top_tracks, top_artists }) {
      tracks.update(
        top_tracks.map(({ id, title, artist: detail, total_streams }) => ({
          key: id,
          name: title,
          detail,
          value: total_streams,
          valueText: countText(total_streams),
        })),
      )
      artists.update(
        top_artists.map(({ id, name, listeners, total_streams, total_ms_played }) => ({
          key: id,
          name,
          detail: `${countOf(listeners, 'listener')} · ${lengthText(total_ms_played)} heard`,
          value: total_streams,
          valueText: countText(total_streams),
        })),
      )
    },
  }
}

function skipsPanel(): Part {
  const chart = timeChart({
    lines: [{ name: 'Skipped by then', colour: '--accent', filled: true }],
    xText: (s) => `${s} s`,
    yText: shareText,
    measured: true,
  })
  return {
    elements: [panel('skips', 'Skips, by how far into the track', chart.element)],
    update({ skips }) {
      const curve = skips.total_streams === 0 ? [] : [{ upto_s: 0, share: 0 }, ...skips.by_position]
      chart.update(
        curve.map(({ upto_s }) => upto_s),
        [curve.map(({ share }) => share)],
        curve.length === 0
          ? 'No stream has ended in this range'
          : curve.map(({ upto_s, share }) => `${shareText(share)} by ${upto_s} seconds`).join(', '),
      )
    },
  }
}

function qualityPanels(): Part {
  const startup = timeChart({
    lines: [
      { name: 'Median', colour: '--accent' },
      { name: 'p95', colour: '--quiet' },
    ],
    yText: millisecondsText,
  })
  const rebuffering = timeChart({
    lines: [{ name: 'Of the time listened', colour: '--accent', filled: true }],
    yText: ratioText,
  })
  return {
    elements: [
      panel('startup', 'Startup time', startup.element),
      panel('rebuffering', 'Rebuffering', rebuffering.element),
    ],
    update(figures) {
      const { in_all, by_bucket } = figures.quality
      const buckets = allBuckets(figures)
      const [median, slowest] = in_all?.startup_quantiles ?? []
      startup.update(
        buckets,
        [0, 1].map((at) => everyBucket(buckets, by_bucket, (row) => row.startup_quantiles[at], null)),
        `Startup time, median ${orDash(median, millisecondsText)}, slowest five per cent ${orDash(slowest, millisecondsText)}`,
      )
      rebuffering.update(
        buckets,
        [everyBucket(buckets, by_bucket, (row) => row.rebuffer_ratio, null)],
        `Rebuffering, ${orDash(in_all?.rebuffer_ratio, ratioText)} of the time listened`,
      )
    },
  }
}

function lagPanel(): Part {
  const chart = timeChart({
    lines: [
      { name: 'Median', colour: '--accent' },
      { name: 'p95', colour: '--quiet' },
    ],
    yText: millisecondsText,
  })
  return {
    elements: [panel('lag', 'Pipeline lag, in the last hour', chart.element)],
    update({ lag, generated_at }) {
      const hourAgo = new Date(Date.parse(generated_at) - 3_600_000).toISOString()
      const minutes = bucketsOf(hourAgo, generated_at, 60)
      chart.update(
        minutes,
        [0, 1].map((at) => everyBucket(minutes, lag.by_bucket, (row) => row.lag_ms[at], null)),
        `Pipeline lag of the last five minutes, median ${orDash(lag.in_all?.lag_ms[0], millisecondsText)}, slowest five per cent ${orDash(lag.in_all?.lag_ms[1], millisecondsText)}`,
      )
    },
  }
}

const DIMENSIONS: readonly { readonly by: Dimension; readonly name: string }[] = [
  { by: 'plan', name: 'Plans' },
  { by: 'device_kind', name: 'Devices' },
  { by: 'country', name: 'Countries' },
]

function heardByPanel(): Part {
  const lists = DIMENSIONS.map(({ by, name }) => ({ by, name, list: barList('Nothing was heard yet.') }))
  return {
    elements: [
      panel(
        'heard-by',
        'Time heard, of streams that ended',
        element(
          'div',
          { class: 'columns' },
          ...lists.map(({ name, list }) =>
            element('div', {}, element('h3', { class: 'quiet', text: name }), list.element),
          ),
        ),
      ),
    ],
    update({ heard_by }) {
      for (const { by, list } of lists)
        list.update(
          heard_by[by].slice(0, MOST_COUNTRIES).map(({ name, total_ms_played }) => ({
            key: name,
            name: dimensionText(by, name),
            value: total_ms_played ?? 0,
            valueText: orHidden(total_ms_played, hoursText),
          })),
        )
    },
  }
}

function campaignPanel(): Part {
  const table = campaignTable()
  return {
    elements: [panel('campaigns', 'Campaigns', table.element)],
    update: ({ campaigns }) => table.update(campaigns),
  }
}

function flaggedPanel({ sharingCase }: Opening): Part {
  const count = element('p', { class: 'quiet' })
  const list = barList('No account looks shared.', ({ key }) => sharingCase(key), 1)
  return {
    elements: [panel('flagged', 'Accounts that look shared', count, list.element)],
    update({ flagged }) {
      count.textContent = flagged.open === 0 ? '' : `${countOf(flagged.open, 'open case')}, the highest scores first`
      count.hidden = flagged.open === 0
      list.update(
        flagged.cases.map(({ case_id, score, plan, last_seen, reason }) => ({
          key: case_id,
          name: reason ?? 'No evidence is left',
          detail: `Case ${case_id.slice(0, 4)}-${case_id.slice(4, 8)} · ${planText(plan)} · judged ${sinceText(Date.parse(last_seen), Date.now())}`,
          value: score,
          valueText: score.toFixed(2),
        })),
      )
    },
  }
}

function sessionPanel({ session }: Opening): Part {
  const list = barList('No session played in this range.', ({ key }) => session(key))
  return {
    elements: [panel('sessions', 'Latest sessions', list.element)],
    update: ({ sessions }) => list.update(sessions.map(sessionRow)),
  }
}

/** Why some figures are hidden, where any may be. */
function fewNote(): Part {
  const note = element('p', { class: 'quiet few-note' })
  note.hidden = true
  return {
    elements: [note],
    update({ small_cells }) {
      note.hidden = small_cells <= 1
      note.textContent = `Hidden: figures of fewer than ${countText(small_cells)} listeners, and those by which one could reckon them.`
    },
  }
}

function panel(area: string, title: string, ...children: HTMLElement[]): HTMLElement {
  const id = `${area}-title`
  return element(
    'section',
    { class: `panel area-${area}`, attributes: { 'aria-labelledby': id } },
    element('h2', { class: 'panel-title', text: title, attributes: { id } }),
    ...children,
  )
}

const allBuckets = ({ from, generated_at, step_s }: Figures): number[] => bucketsOf(from, generated_at, step_s)

const totalStreams = ({ streams }: Figures): number => streams.reduce((sum, row) => sum + row.total_streams, 0)

function orDash(value: number | null | undefined, say: (value: number) => string): string {
  return value === null || value === undefined || Number.isNaN(value) ? '–' : say(value)
}

/** Short, so that a narrow column has room for a name beside it. */
const hoursText = (ms: number): string =>
  ms < 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`

const ratioText = (ratio: number): string => `${(ratio * 100).toFixed(2)} %`

/** Streams a minute are few at night. */
function rateText(value: number): string {
  return Number.isInteger(value) || value >= 10 ? countText(value) : value.toFixed(1)
}
