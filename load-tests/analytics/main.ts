/** Owns the command `segue analytics`: what is measured, and the table that is printed. */

import { writeFile } from 'node:fs/promises'
import { Command, Option } from 'commander'
import { runProgram } from '../../infra/cli/run-program.ts'
import { wholeNumber } from '../../infra/cli/whole-number.ts'
import { QUESTIONS } from '../../infra/questions/questions.ts'
import { withScratchServers } from '../../infra/stack/scratch-servers.ts'
import { measureIngest } from './ingest.ts'
import { measureLag } from './lag.ts'
import { type Medians, measureQuestions } from './queries.ts'

const PARTS = ['questions', 'ingest', 'lag'] as const
type Part = (typeof PARTS)[number]

interface Flags {
  readonly only?: Part
  readonly events: number
  readonly seed: number
  readonly rows: number
  readonly rate: number
  readonly seconds: number
  readonly json?: string
}

const whole = wholeNumber(1)
const GROWTH = 10
const REACHED = { true: 'yes', false: 'no' } as const

/** Into a file, a line now and then. */
const TELL_EVERY_MS = 15_000
let toldAtMs = 0

function progress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what}`)
  else if (what !== '' && performance.now() > toldAtMs + TELL_EVERY_MS) {
    toldAtMs = performance.now()
    process.stderr.write(`${what}\n`)
  }
}

/** Each part on servers of its own: what one left behind is not in the way of the next. */
const MEASURED: Readonly<
  Record<Part, (flags: Flags) => Promise<{ readonly lines: string[]; readonly figures: object }>>
> = {
  async questions({ events, seed }) {
    const sizes = [Math.floor(events / GROWTH), events]
    const measured: Medians[] = []
    for (const size of sizes)
      measured.push(
        await withScratchServers('servers', {}, (env) =>
          measureQuestions(env, seed, size, (what) => progress(`${size} events: ${what}`)),
        ),
      )
    const rows = QUESTIONS.map(({ name }) => {
      const [small = 0, large = 0] = measured.map((medians) => medians.get(name) ?? 0)
      return { name, small, large, growth: large / small }
    })
    const [small = 0, large = 0] = sizes
    return {
      figures: { sizes, rows },
      lines: [
        `| question | ${millions(small)} events | ${millions(large)} events | times | under 1 s |`,
        '|---|---|---|---|---|',
        ...rows.map(
          (row) =>
            `| ${row.name} | ${row.small.toFixed(0)} ms | ${row.large.toFixed(0)} ms | ${row.growth.toFixed(1)} | ${REACHED[`${row.large < 1_000}`]} |`,
        ),
      ],
    }
  },
  async ingest({ rows }) {
    const result = await withScratchServers('servers', {}, (env) => measureIngest(env, rows, progress))
    const share = result.ingestRowsPerS / result.bareRowsPerS
    return {
      figures: result,
      lines: [
        '| rows | worker, rows a second | bare INSERT, rows a second | share | at least half |',
        '|---|---|---|---|---|',
        `| ${result.rows} | ${result.ingestRowsPerS} | ${result.bareRowsPerS} | ${share.toFixed(2)} | ${REACHED[`${share >= 0.5}`]} |`,
      ],
    }
  },
  async lag({ rate, seconds }) {
    const result = await measureLag({ eventsPerS: rate, seconds }, progress)
    return {
      figures: result,
      lines: [
        '| events a second | traced | p50 | p99 | most | p99 under 1 s |',
        '|---|---|---|---|---|---|',
        `| ${result.eventsPerS} | ${result.traced} | ${result.p50Ms} ms | ${result.p99Ms} ms | ${result.mostMs} ms | ${REACHED[`${result.p99Ms < 1_000}`]} |`,
        '',
        '| part | processor time an event |',
        '|---|---|',
        ...Object.entries(result.cpuUsAnEvent).map(([name, us]) => `| ${name} | ${us} µs |`),
      ],
    }
  },
}

const millions = (events: number) => `${(events / 1e6).toLocaleString('en')} million`

const program = new Command('segue analytics')
  .description('what analysts see in ClickHouse, measured')
  .showHelpAfterError()
program
  .command('bench')
  .description(
    'measure the six questions and how they grow, ingest beside a bare INSERT, and the way of an event to its row',
  )
  .addOption(new Option('--only <part>', 'one part').choices(PARTS))
  .option('--events <n>', 'questions: on so many generated events, and on a tenth of them', whole, 5_000_000)
  .option('--seed <n>', 'the same seed gives the same events', whole, 1)
  .option('--rows <n>', 'ingest: rows', whole, 200_000)
  .option('--rate <n>', 'lag: events a second', whole, 5_000)
  .option('--seconds <n>', 'lag: for how long', whole, 60)
  .option('--json <file>', 'the figures, for programs')
  .action(async (flags: Flags) => {
    const figures: Record<string, object> = {}
    for (const part of flags.only === undefined ? PARTS : [flags.only]) {
      const measured = await MEASURED[part](flags)
      progress('')
      console.log([...measured.lines, ''].join('\n'))
      figures[part] = measured.figures
    }
    if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(figures, null, 2)}\n`)
  })

await runProgram(program)
