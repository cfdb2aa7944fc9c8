/** Owns how outcomes are shown: one table, a column a storm, the median of its runs and how far they lie apart. */

import type { Outcome } from './outcome.ts'
import type { Settled } from './steps.ts'

const MIB = 1024 * 1024

type Row = readonly [title: string, value: (outcome: Outcome) => number | undefined]

const PROCESSES = { server: 'gateway or floor', redis: 'Redis', kafka: 'Kafka', generators: 'generators' } as const

const ROWS: readonly Row[] = [
  ['clients', (o) => o.clients],
  ['returns', (o) => o.returns],
  ['… recovered, %', (o) => share(o.returns - o.not_recovered, o.returns + o.missing, o.contender)],
  ['… with missed messages', (o) => segue(o, o.returns_with_replay)],
  ['missed messages replayed', (o) => segue(o, o.replayed)],
  ['duplicates', (o) => segue(o, o.duplicates)],
  ['gaps', (o) => segue(o, o.gaps)],
  ['requests answered, %', (o) => (o.asked === 0 ? undefined : (100 * o.answered) / o.asked)],
  ...(['connect', 'kill', 'listening'] as const).flatMap((from): Row[] => [
    [`p50 from ${from}, ms`, (o) => o.ms[from]?.p50],
    [`p99 from ${from}, ms`, (o) => o.ms[from]?.p99],
    [`max from ${from}, ms`, (o) => o.ms[from]?.max],
  ]),
  ['upgrade p99, ms', (o) => o.ms.upgrade?.p99],
  ['attempts to connect', (o) => o.attempts],
  ['bytes a return', (o) => o.bytes_to_return],
  ...Object.entries(PROCESSES).flatMap(([name, title]): Row[] => [
    [`${title}: CPU, %`, (o) => o.usage[name]?.cpuPercent],
    [`${title}: memory, MiB`, (o) => (o.usage[name]?.peakRssBytes ?? 0) / MIB],
  ]),
  ['gateway or floor: CPU until 99 % were back, ms', (o) => o.cpu_ms_to_p99],
  ['generator late p99, ms', (o) => o.generator_loop_delay_ms.p99],
]

function share(part: number, whole: number, contender: Outcome['contender']): number | undefined {
  return contender === 'segue' && whole > 0 ? (100 * part) / whole : undefined
}

function segue(outcome: Outcome, value: number): number | undefined {
  return outcome.contender === 'segue' ? value : undefined
}

/** A Markdown table. */
export function table(outcomes: readonly Outcome[]): string[] {
  const columns = [...new Set(outcomes.map(titleOf))]
  const groups = columns.map((column) => outcomes.filter((outcome) => titleOf(outcome) === column))
  const rows = ROWS.map(([title, value]) => [title, ...groups.map((group) => cell(group.map(value)))])
  const shown = rows.filter(([, ...cells]) => cells.some((text) => text !== ''))
  return [['', ...columns], columns.concat('').map(() => '---'), ...shown].map((cells) => `| ${cells.join(' | ')} |`)
}

const titleOf = ({ contender, storm }: Outcome) => `${contender}: ${storm}`

function cell(values: readonly (number | undefined)[]): string {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b)
  const [least, most] = [sorted[0], sorted.at(-1)]
  if (least === undefined || most === undefined) return ''
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
  return number(least) === number(most) ? number(median) : `${number(median)} (${number(least)}–${number(most)})`
}

function number(value: number): string {
  return value.toLocaleString('en', {
    maximumFractionDigits: value < 100 ? 1 : value === 100 ? 0 : value < 1000 ? 1 : 0,
  })
}

export function verdict(settled: Settled): string {
  const { acknowledged, lost, twiceInLog, due } = settled
  return (
    `Acknowledged telemetry events: ${acknowledged}, lost: ${lost}, more than once in Kafka: ${twiceInLog}. ` +
    `Answers and acknowledgements still due at the end: ${due}.`
  )
}
