/** Owns the panels of the dashboard: which figure is shown where, and what is said when there is none. */

import { element } from '../element.ts'
import { countOf, countryText, countText, lengthText, millisecondsText, shareText } from '../figure-text.ts'
import { barList } from './bar-list.ts'
import { everyMinute, type Figures, minutesOf, skippedShare } from './figures.ts'
import { statTile } from './stat-tile.ts'
import { timeChart } from './time-chart.ts'

const MOST_TRACKS = 10
const MOST_COUNTRIES = 6

export interface Panels {
  readonly element: HTMLElement
  update(figures: Figures): void
}

export function panels(openArtist: (artistId: string, name: string) => void): Panels {
  const listeners = element('p', { class: 'giant', text: '–' })
  const countries = barList('Nobody is listening at this moment.')
  const tiles = {
    streams: statTile('Streams', 'begun in this range'),
    p50: statTile('Startup, median', 'from play to sound'),
    p95: statTile('Startup, p95', 'slowest one in twenty'),
    rebuffer: statTile('Rebuffering', 'of the time listened'),
    skipped: statTile('Skipped', 'of the streams that ended'),
    lag: statTile('Pipeline lag', 'from event to dashboard'),
  }
  const streams = timeChart({ lines: [{ name: 'Streams', colour: '--accent', filled: true }], yText: wholeText })
  const startup = timeChart({
    lines: [
      { name: 'Median', colour: '--accent' },
      { name: 'p95', colour: '--quiet' },
    ],
    yText: millisecondsText,
  })
  const skips = timeChart({
    lines: [{ name: 'Skipped by then', colour: '--accent', filled: true }],
    xText: (s) => `${s} s`,
    yText: shareText,
    measured: true,
  })
  const tracks = barList('No stream in this range yet.')
  const artists = barList('No stream of 30 seconds or more has ended yet.', (row) => openArtist(row.key, row.name))

  return {
    element: element(
      'div',
      { class: 'grid' },
      panel('now', 'Listening now', listeners, countries.element),
      panel('streams', 'Streams a minute', streams.element),
      element('dl', { class: 'tiles' }, ...Object.values(tiles).map((tile) => tile.element)),
      panel('tracks', 'Top tracks', tracks.element),
      panel('startup', 'Startup time', startup.element),
      panel('skips', 'Skips, by how far into the track', skips.element),
      panel('artists', 'Artists, by streams that count', artists.element),
    ),
    update(figures) {
      listeners.textContent = countText(figures.listeners_now)
      countries.update(
        figures.listeners_now_by_country.slice(0, MOST_COUNTRIES).map(({ country, listeners: count }) => ({
          key: country,
          name: countryText(country),
          value: count,
          valueText: countText(count),
        })),
      )

      const minutes = minutesOf(figures.generated_at, figures.range_minutes)
      const begun = everyMinute(minutes, figures.streams_per_minute, (row) => row.streams, 0)
      const total = begun.reduce<number>((sum, value) => sum + (value ?? 0), 0)
      streams.update(
        minutes,
        [begun],
        `${countOf(total, 'stream')} in the last ${lengthText(figures.range_minutes * 60_000)}`,
      )
      tiles.streams.update(countText(total))

      const { p50, p95, samples, per_minute } = figures.startup_ms
      const [median, slowest] = [samples === 0 ? null : p50, samples === 0 ? null : p95]
      tiles.p50.update(orDash(median, millisecondsText), countOf(samples, 'start'))
      tiles.p95.update(orDash(slowest, millisecondsText))
      startup.update(
        minutes,
        [
          everyMinute(minutes, per_minute, (row) => row.p50, null),
          everyMinute(minutes, per_minute, (row) => row.p95, null),
        ],
        `Startup time, median ${orDash(median, millisecondsText)}, slowest five per cent ${orDash(slowest, millisecondsText)}`,
      )

      const share = skippedShare(figures)
      tiles.skipped.update(
        orDash(share, shareText),
        `${countText(figures.skips.skipped_streams)} of ${countOf(figures.skips.total_streams, 'stream')}`,
      )
      const curve = [{ upto_s: 0, share: 0 }, ...figures.skips.by_position]
      skips.update(
        curve.map(({ upto_s }) => upto_s),
        [curve.map((point) => point.share)],
        curve.map((point) => `${shareText(point.share)} by ${point.upto_s} seconds`).join(', '),
      )

      tiles.rebuffer.update(orDash(figures.rebuffer_ratio, (ratio) => `${(ratio * 100).toFixed(2)} %`))
      tiles.lag.update(orDash(figures.pipeline_lag_ms, millisecondsText))
      tracks.update(
        figures.top_tracks.slice(0, MOST_TRACKS).map((track) => ({
          key: track.track_id,
          name: track.title,
          detail: track.artist,
          value: track.streams,
          valueText: countText(track.streams),
        })),
      )
      artists.update(
        figures.artists.map((artist) => ({
          key: artist.artist_id,
          name: artist.name,
          value: artist.counted_streams,
          valueText: countText(artist.counted_streams),
        })),
      )
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

function orDash(value: number | null | undefined, say: (value: number) => string): string {
  return value === null || value === undefined || Number.isNaN(value) ? '–' : say(value)
}

/** Half a stream is no mark for an axis. */
function wholeText(value: number): string {
  return Number.isInteger(value) ? countText(value) : ''
}
