/** Owns one run of a scenario: the script bundled, k6 set upon the target, the deploy in its middle, the summary in its folder. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { BuildOptions } from 'esbuild'
import { k6 } from '../../infra/k6/program.ts'
import { buildOnce } from '../../infra/stack/build-once.ts'
import { PROJECT_ROOT } from '../../infra/stack/folders.ts'
import { asStep, type Screen } from '../../infra/stack/screen.ts'
import { type Meter, startMeter, type Usage } from '../storms/process-meter.ts'
import { type Progress, runK6 } from './run-k6.ts'
import type { RoleName, ScenarioName } from './scenarios.ts'
import type { LoadSettings } from './settings.ts'
import { type SlowLine, startSlowLine } from './slow-line.ts'
import type { Target } from './target.ts'

export interface LoadRun {
  readonly scenario: ScenarioName
  readonly clients: Readonly<Partial<Record<RoleName, number>>>
  readonly clientsOfAVu: number
  readonly seconds: number
  readonly fetchAudio: boolean
  readonly thresholds: Readonly<Record<string, readonly string[]>>
  readonly reportFolder: string
  /** For k6: `--local-ips`, segments, outputs. */
  readonly k6Args: readonly string[]
  readonly cacheDir: string
  readonly screen: Screen
  readonly signal: AbortSignal
}

export interface LoadOutcome {
  readonly exitCode: number
  /** Of k6 and of the gateways that are ours. */
  readonly usage: Readonly<Record<string, Usage>>
}

const BUNDLE: BuildOptions = {
  entryPoints: [join(PROJECT_ROOT, 'load-tests/k6/script/main.ts')],
  bundle: true,
  platform: 'browser',
  format: 'esm',
  target: 'es2021',
  external: ['k6', 'k6/*'],
  legalComments: 'none',
}
/** Of the time: everybody is there and holds what it may. */
const DEPLOY_AT_SHARE = 0.45
const SLOW_BYTES_PER_SECOND = 4_096
/** Of the time: then a slow line breaks, if the gateway has not closed it. */
const SLOW_FOR_SHARE = 0.6

export async function runLoad(run: LoadRun, target: Target): Promise<LoadOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'segue-load-'))
  const slowLines: SlowLine[] = []
  let meter: Meter | undefined
  try {
    await mkdir(run.reportFolder, { recursive: true })
    const script = join(await buildOnce('load-tests-k6-script', BUNDLE), 'main.js')
    if (run.clients.sluggish !== undefined)
      for (const url of target.urls)
        slowLines.push(await startSlowLine(url, SLOW_BYTES_PER_SECOND, SLOW_FOR_SHARE * run.seconds * 1_000))
    const tokensFile = join(folder, 'tokens.json')
    await writeFile(tokensFile, JSON.stringify(target.tokens), { mode: 0o600 })
    const settingsFile = join(folder, 'settings.json')
    await writeFile(settingsFile, JSON.stringify(settingsOf(run, target, tokensFile, slowLines)))

    let exitCode = 1
    const pids = { k6: [] as number[] }
    const deploy = run.scenario === 'deploy' ? deployOnce(run, target) : undefined
    await asStep(run.screen, `k6: ${run.scenario}`, async (step) => {
      const beganMs = Date.now()
      exitCode = await runK6({
        program: k6.path(run.cacheDir),
        script,
        settingsFile,
        args: run.k6Args,
        signal: run.signal,
        line: (text) => run.screen.line(text),
        progress(seen) {
          step.note(noteOf(seen))
          deploy?.tick(Date.now() - beganMs)
        },
        started(pid) {
          pids.k6 = [pid]
          meter = startMeter(() => ({ k6: pids.k6, gateways: target.pids() }))
        },
      })
      await deploy?.done()
      return undefined
    })
    return { exitCode, usage: (await meter?.stop()) ?? {} }
  } finally {
    await Promise.all(slowLines.map((line) => line.stop()))
    await rm(folder, { recursive: true, force: true })
  }
}

function settingsOf(run: LoadRun, target: Target, tokensFile: string, slowLines: readonly SlowLine[]): LoadSettings {
  const { scenario, clients, clientsOfAVu, seconds, fetchAudio, thresholds, reportFolder } = run
  return {
    scenario,
    urls: target.urls,
    slowUrls: slowLines.map(({ url }) => url),
    clients,
    clientsOfAVu,
    seconds,
    tokensFile,
    fetchAudio,
    thresholds,
    reportFolder: resolve(reportFolder),
    conditions: {
      began: new Date().toISOString(),
      generator: `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}`,
    },
  }
}

function noteOf(seen: Progress): string {
  const rtt = seen('segue_rtt', 'p(95)')
  const parts = [
    `${seen('vus', 'value') ?? 0} VUs`,
    `${seen('segue_chunks_granted', 'count') ?? 0} chunks granted`,
    ...(rtt === undefined ? [] : [`round trip p95 ${rtt.toFixed(0)} ms`]),
    `${seen('segue_disconnects', 'count') ?? 0} disconnects`,
    `${seen('segue_gaps', 'count') ?? 0} gaps`,
  ]
  return parts.join(', ')
}

/** In the middle of a run, once: by ourselves, or by whoever runs the gateways. */
function deployOnce({ seconds, screen }: LoadRun, { deploy }: Target) {
  let under: Promise<void> | undefined
  return {
    tick(elapsedMs: number) {
      if (under !== undefined || elapsedMs < DEPLOY_AT_SHARE * seconds * 1_000) return
      screen.line(
        deploy === undefined ? '  deploy now: ask a gateway to leave' : '  the first gateway is asked to leave',
      )
      under = deploy?.() ?? Promise.resolve()
    },
    async done() {
      if (under === undefined) throw new Error('the run ended before its deploy')
      await under
    },
  }
}
