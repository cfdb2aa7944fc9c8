/** Owns a chart of lines over time or another measure: uPlot, in the colours of the page, as wide as its panel. */

import uPlot from 'uplot'
import { element } from '../element.ts'
import { sinceText } from '../figure-text.ts'

export interface Line {
  readonly name: string
  /** A custom property of the theme. */
  readonly colour: '--accent' | '--quiet' | '--ink'
  readonly filled?: boolean
}

export interface ChartOptions {
  readonly lines: readonly Line[]
  /** Undefined: minutes of the day. */
  readonly xText?: (x: number) => string
  readonly yText: (y: number) => string
  /** The x axis is a measure of its own, from nought. */
  readonly measured?: boolean
}

export interface Chart {
  readonly element: HTMLElement
  /** `summary` is what a screen reader says of the picture. */
  update(xs: readonly number[], series: readonly (readonly (number | null)[])[], summary: string): void
}

const SHORTEST_PX = 180

export function timeChart(options: ChartOptions): Chart {
  const canvas = element('div', { class: 'chart-canvas' })
  const box = element('div', { class: 'chart', attributes: { role: 'img', 'aria-label': 'No figures yet' } }, canvas)
  let data: uPlot.AlignedData = [[], ...options.lines.map(() => [])]
  let plot: uPlot | undefined

  const draw = () => {
    plot?.destroy()
    const size = { width: Math.max(canvas.clientWidth, 120), height: Math.max(canvas.clientHeight, SHORTEST_PX) }
    plot = new uPlot(uplotOptions(options, size), data, canvas)
    showLatest()
  }
  /** Without a pointer on the chart the legend says the latest point. */
  const showLatest = () => {
    const { length } = data[0]
    if (length > 0 && typeof plot?.cursor.idx !== 'number') plot?.setLegend({ idx: length - 1 }, false)
  }
  new ResizeObserver(() => {
    if (plot === undefined) draw()
    else plot.setSize({ width: Math.max(canvas.clientWidth, 120), height: Math.max(canvas.clientHeight, SHORTEST_PX) })
  }).observe(canvas)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)

  return {
    element: box,
    update(xs, series, summary) {
      data = [[...xs], ...series.map((values) => [...values])]
      box.setAttribute('aria-label', summary)
      plot?.setData(data)
      showLatest()
    },
  }
}

function uplotOptions(options: ChartOptions, size: { width: number; height: number }): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const rem = Number.parseFloat(style.fontSize)
  const font = `${Math.round(rem * 0.75)}px ${style.fontFamily}`
  const axis = { stroke: colour('--quiet'), font, ticks: { show: false }, gap: 6 }
  const { xText, yText } = options
  return {
    ...size,
    padding: [10, rem * 1.6, 0, 0],
    cursor: { y: false, drag: { setScale: false }, points: { size: 7 } },
    scales: { x: { time: xText === undefined }, y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
    axes: [
      { ...axis, grid: { show: false }, space: rem * 4.5, size: rem * 1.9, ...axisText(xText, options.measured) },
      {
        ...axis,
        grid: { stroke: colour('--line'), width: 1 },
        space: rem * 2.4,
        size: (_plot, values) => rem * (0.9 + 0.48 * Math.max(3, ...(values ?? []).map((value) => value.length))),
        values: (_plot, splits) => splits.map(yText),
      },
    ],
    series: [
      xText === undefined
        ? { label: 'At', value: (_plot, x) => (x === null ? '–' : sinceText(x * 1_000, Date.now())) }
        : { label: 'By', value: (_plot, x) => (x === null ? '–' : xText(x)) },
      ...options.lines.map((line) => ({
        label: line.name,
        stroke: colour(line.colour),
        width: 2,
        spanGaps: true,
        points: { show: false },
        value: (_plot: uPlot, y: number | null) => (y === null ? '–' : yText(y)),
        ...(line.filled ? { fill: `${colour(line.colour)}26` } : {}),
      })),
    ],
    legend: {
      live: true,
      markers: { width: 0, fill: (_plot, at) => colour(options.lines[at - 1]?.colour ?? '--quiet') },
    },
  }
}

function axisText(xText: ((x: number) => string) | undefined, measured = false): Partial<uPlot.Axis> {
  if (xText !== undefined)
    return {
      values: (_plot, splits) => splits.map(xText),
      ...(measured ? { incrs: [5, 10, 15, 30, 60, 120, 300] } : {}),
    }
  return {
    values: [
      [86_400, '{MMM} {D}', null, null, null, null, null, null, 1],
      [60, '{HH}:{mm}', null, null, null, null, null, null, 1],
    ],
  }
}
