/** Owns the page of a run: one file of HTML that needs nothing else, for a browser, a mail or an archive. Pure. */

import { type K6Metric, type Report, valueText } from './report.ts'
import { STYLE } from './style.ts'

export function pageOf(report: Report): string {
  const { scenario, ok, seconds, thresholds } = report
  const kept = thresholds.filter((threshold) => threshold.ok).length
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(scenario)}: ${ok ? 'kept' : 'not kept'}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>Load: ${text(scenario)}</h1>
<p class="verdict ${ok ? 'ok' : 'bad'}">${ok ? 'Every threshold was kept' : 'Thresholds were not kept'} <span>${kept} of ${thresholds.length}, ${seconds.toFixed(0)} s</span></p>
</header>
${conditions(report)}
<section>
<h2>Thresholds</h2>
${thresholdTable(report)}
</section>
${checkSection(report)}
<section>
<h2>Times</h2>
${timeTable(report)}
</section>
<section>
<h2>Counts and rates</h2>
${countTable(report)}
</section>
</main>
</body>
</html>
`
}

function conditions({ conditions: all }: Report): string {
  const entries = Object.entries(all).map(([name, value]) => `<div><dt>${text(name)}</dt><dd>${text(value)}</dd></div>`)
  return `<dl>${entries.join('')}</dl>`
}

function thresholdTable({ thresholds }: Report): string {
  const rows = [...thresholds].sort((a, b) => Number(a.ok) - Number(b.ok))
  return table(
    ['', 'metric', 'must be', 'seen'],
    rows.map(({ metric, rule, seen, ok }) => [
      `<span class="${ok ? 'ok' : 'bad'}">${ok ? '✓' : '✗'}</span>`,
      nameCell(metric),
      `<code>${text(rule)}</code>`,
      text(seen),
    ]),
  )
}

function checkSection({ checks }: Report): string {
  if (checks.length === 0) return ''
  const rows = checks.map(({ name, passes, fails }) => [
    `<span class="${fails === 0 ? 'ok' : 'bad'}">${fails === 0 ? '✓' : '✗'}</span>`,
    text(name),
    String(passes),
    String(fails),
  ])
  return `<section>\n<h2>Checks</h2>\n${table(['', 'what', 'yes', 'no'], rows)}\n</section>`
}

const TIMES = ['min', 'med', 'p(95)', 'p(99)', 'max'] as const

/** How long VUs and sockets lived is what the scenario wanted. */
const NOT_SHOWN =
  /^(?:iteration_duration|ws_session_duration|http_req_(?:blocked|connecting|tls_handshaking|sending|receiving))/
const ours = (name: string) => (name.startsWith('segue_') ? 0 : 1)

/** Ours first. Each with a bar from the median to the 99th percentile, all bars on one logarithmic scale. */
function timeTable({ metrics }: Report): string {
  const trends = Object.entries(metrics)
    .filter(([name, { type, values }]) => type === 'trend' && (values.count ?? 0) > 0 && !NOT_SHOWN.test(name))
    .sort(([a], [b]) => ours(a) - ours(b))
  const most = Math.max(10, ...trends.map(([, { values }]) => values.max ?? 0))
  const rows = trends.map(([name, metric]) => [
    nameCell(name),
    count(metric.values.count ?? 0),
    ...TIMES.map((stat) => text(valueText(metric.values[stat] ?? 0, metric, stat))),
    bar(metric, most),
  ])
  return table(['metric', 'of', ...TIMES, `1 ms to ${text(valueText(most, TIME, 'max'))}`], rows)
}

const TIME: K6Metric = { type: 'trend', contains: 'time', values: {} }

function bar({ values }: K6Metric, most: number): string {
  const place = (ms: number) => (100 * Math.log10(Math.max(1, ms))) / Math.log10(most)
  const [from, until] = [place(values.med ?? 0), place(values['p(99)'] ?? 0)]
  const [middle, end] = [place(values['p(95)'] ?? 0), place(values.max ?? 0)]
  const mark = (at: number, kind: string) => `<i class="${kind}" style="left:${at.toFixed(1)}%"></i>`
  return `<div class="bar" title="median to p(99), marks at p(95) and max"><b style="left:${from.toFixed(1)}%;width:${Math.max(0.5, until - from).toFixed(1)}%"></b>${mark(middle, 'p95')}${mark(end, 'max')}</div>`
}

function countTable({ metrics }: Report): string {
  const rows = Object.entries(metrics)
    .filter(([, { type }]) => type !== 'trend')
    .sort(([a], [b]) => ours(a) - ours(b))
    .map(([name, metric]) => {
      const { values, type } = metric
      if (type === 'rate')
        return [
          nameCell(name),
          text(valueText(values.rate ?? 0, metric, 'rate')),
          `${count((values.passes ?? 0) + (values.fails ?? 0))} samples`,
        ]
      const stat = type === 'gauge' ? 'value' : 'count'
      const second =
        type === 'gauge' ? '' : `${text(valueText(values.rate ?? 0, { ...metric, contains: 'default' }, 'rate'))} / s`
      return [
        nameCell(name),
        text(valueText(values[stat] ?? 0, metric, stat)),
        metric.contains === 'data' ? '' : second,
      ]
    })
  return table(['metric', 'in all', ''], rows)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]) => row.map((cell) => `<${tag}>${cell}</${tag}>`).join('')
  return `<div class="wide"><table><thead><tr>${cells('th', head)}</tr></thead><tbody>\n${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n')}\n</tbody></table></div>`
}

/** `segue_ack{role:listener}`: the tags apart. */
function nameCell(name: string): string {
  const [, metric = name, tags] = /^([^{]+)\{(.*)\}$/.exec(name) ?? []
  return tags === undefined ? text(metric) : `${text(metric)} <small>${text(tags)}</small>`
}

const count = (value: number) => value.toFixed(0).replace(/\B(?=(\d{3})+(?!\d))/g, ',')

function text(value: string): string {
  return value.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
}
