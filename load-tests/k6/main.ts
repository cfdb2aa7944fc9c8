/** Owns `npm run load`: its scenarios, its options, and its exit code. */

import { Argument, Command, InvalidArgumentError } from 'commander'
import { onInterruption } from '../../infra/cli/interruption.ts'
import { runProgram } from '../../infra/cli/run-program.ts'
import { wholeNumber } from '../../infra/cli/whole-number.ts'
import { k6 } from '../../infra/k6/program.ts'
import { cacheFolder } from '../../infra/stack/folders.ts'
import { installTools } from '../../infra/stack/install.ts'
import { createScreen } from '../../infra/stack/screen.ts'
import { runLoad } from './run-load.ts'
import { clientsOf, SCENARIO_NAMES, SCENARIOS, type ScenarioName } from './scenarios.ts'
import { givenTarget, ownTarget } from './target.ts'

interface Options {
  readonly url: readonly string[]
  readonly tokens?: string
  readonly clients?: number
  readonly seconds?: number
  readonly perVu: number
  readonly localIps?: string
  readonly segment?: string
  readonly segmentSequence?: string
  readonly threshold: Readonly<Record<string, readonly string[]>>
  readonly fetchAudio: boolean
  readonly report?: string
}

/** k6's own exit code for a threshold that was not kept is passed on; this one says that the run was no run. */
const FAILED = 1
/** 1,016 addresses of this machine; each VU takes the next one. */
const OWN_ADDRESSES = '127.8.0.1-127.8.3.254'
const MIB = 1024 * 1024

const addresses = (text: string): readonly string[] =>
  text.split(',').map((word) => {
    const url = word.trim()
    if (!/^wss?:\/\/[^/]+\/\S+$/.test(url))
      throw new InvalidArgumentError(`${url}: an address such as wss://gateway.example.com/ws is wanted`)
    return url
  })

const threshold = (text: string, before: Options['threshold']): Options['threshold'] => {
  const [, metric, rule] = /^(\w+(?:\{[^}]*\})?)=(.+)$/.exec(text) ?? []
  if (metric === undefined || rule === undefined)
    throw new InvalidArgumentError("'segue_rtt=p(95)<100' is wanted, or with tags 'segue_rtt{role:listener}=p(95)<100'")
  return { ...before, [metric]: [...(before[metric] ?? []), rule] }
}

const scenarios = SCENARIO_NAMES.map((name) => {
  const { about, clients, seconds } = SCENARIOS[name]
  const who = Object.entries(clients).map(([role, many]) => `${many} × ${role}`)
  return `  ${name.padEnd(8)}${about}\n          (${who.join(', ')}, ${seconds} s)`
})

const program = new Command('load')
  .description('Sets k6 upon a gateway: players that speak segue.v1.msgpack, with thresholds that fail the run.')
  .addArgument(new Argument('<scenario>', 'what happens').choices(SCENARIO_NAMES))
  .argument('[k6...]', 'behind --, passed on to k6: --out, --tag, --insecure-skip-tls-verify …')
  .option(
    '--url <addresses>',
    'gateways, ws:// or wss://, with commas between; without it servers are started',
    addresses,
    [],
  )
  .option('--tokens <file>', 'with --url: an access token a line, one for each client')
  .option('--clients <n>', 'listeners over all generators; other kinds keep their measure', wholeNumber(1, 100_000_000))
  .option('--seconds <n>', 'how long, without the leaving', wholeNumber(10, 86_400))
  .option(
    '--per-vu <n>',
    'clients that share a VU of k6, its interpreter and its source address',
    wholeNumber(1, 1_000),
    25,
  )
  .option('--local-ips <ranges>', `source addresses; ${OWN_ADDRESSES} where servers are started`)
  .option('--segment <from:to>', 'the share of this generator, such as 1/4:2/4')
  .option('--segment-sequence <shares>', 'all shares, such as 0,1/4,2/4,3/4,1; the same on every generator')
  .option(
    '--threshold <metric=rule>',
    'in place of those of the scenario for that metric; may be repeated',
    threshold,
    {},
  )
  .option('--fetch-audio', 'fetch every chunk that is granted, instead of its address alone', false)
  .option('--report <folder>', 'where summary.html and summary.json go; load-reports/<scenario> unless told')
  .addHelpText(
    'after',
    `\nScenarios:\n${scenarios.join('\n')}\n\nExit code: 0; 99 when a threshold was not kept; others when the run was none.\n`,
  )
  .showHelpAfterError('(--help shows what there is)')
  .action(load)

await runProgram(program)

async function load(scenario: ScenarioName, k6Args: string[], options: Options): Promise<void> {
  const screen = createScreen(process.stdout)
  const interruption = onInterruption(screen.line)
  const { signal } = interruption
  const cacheDir = cacheFolder(process.env)
  const isOwn = options.url.length === 0
  if (!isOwn && options.tokens === undefined)
    program.error('--tokens <file> is wanted with --url: an access token a line')
  const clients = clientsOf(scenario, options.clients)
  const all = Object.values(clients).reduce((sum, many) => sum + many, 0)
  const reportFolder = options.report ?? `load-reports/${scenario}`
  try {
    await installTools([k6], { cacheDir, screen, signal })
    const target = isOwn
      ? await ownTarget(scenario === 'deploy' ? 2 : 1, all, screen, signal)
      : await givenTarget(options.url, options.tokens ?? '', all)
    try {
      const localIps = options.localIps ?? (isOwn ? OWN_ADDRESSES : undefined)
      const { exitCode, usage } = await runLoad(
        {
          scenario,
          clients,
          clientsOfAVu: options.perVu,
          seconds: options.seconds ?? SCENARIOS[scenario].seconds,
          fetchAudio: options.fetchAudio,
          thresholds: options.threshold,
          reportFolder,
          k6Args: [
            ...(localIps === undefined ? [] : ['--local-ips', localIps]),
            ...(options.segment === undefined ? [] : ['--execution-segment', options.segment]),
            ...(options.segmentSequence === undefined ? [] : ['--execution-segment-sequence', options.segmentSequence]),
            ...k6Args,
          ],
          cacheDir,
          screen,
          signal,
        },
        target,
      )
      for (const [name, { cpuPercent, peakRssBytes }] of Object.entries(usage))
        if (peakRssBytes > 0)
          screen.line(`  ${name}: ${cpuPercent.toFixed(0)} % of a processor, ${(peakRssBytes / MIB).toFixed(0)} MiB`)
      screen.line(`  ${reportFolder}/summary.html, ${reportFolder}/summary.json`)
      process.exitCode = exitCode
    } finally {
      await target.close()
    }
  } catch (error) {
    if (!signal.aborted) throw error
    process.exitCode = interruption.exitCode || FAILED
  } finally {
    screen.close()
    interruption.end()
  }
}
