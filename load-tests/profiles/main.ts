/** Owns `npm run profile`: one path of the gateway made hot, and where its processor time went, as text. */

import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Argument, Command } from 'commander'
import { onInterruption } from '../../infra/cli/interruption.ts'
import { runProgram } from '../../infra/cli/run-program.ts'
import { wholeNumber } from '../../infra/cli/whole-number.ts'
import { createScreen } from '../../infra/stack/screen.ts'
import { raise, withNote } from '../storms/steps.ts'
import { openYard, type Yard } from '../storms/yard.ts'
import { profileText } from './profile-text.ts'

interface Path {
  readonly about: string
  readonly variables: Readonly<Record<string, string>>
  readonly reportEveryMs: number
  heat(yard: Yard, forMs: number): Promise<unknown>
}

const listen = (yard: Yard, forMs: number) => wait(forMs, undefined, { signal: yard.signal })

const PATHS = {
  heartbeat: {
    about: 'every client says where its playhead is, every 3 s',
    variables: { SEGUE_HEARTBEAT_INTERVAL_MS: '3000' },
    reportEveryMs: 0,
    heat: listen,
  },
  telemetry: {
    about: 'every client sends an event five times a second, and hears that it is safe',
    variables: {},
    reportEveryMs: 200,
    heat: listen,
  },
  resume: {
    about: 'every client is dropped every 2 s, and comes back half a second later with something to replay',
    variables: {},
    reportEveryMs: 0,
    heat: (yard, forMs) =>
      yard.generators.order({ do: 'jitter', onlineMs: 2_000, awayMs: 500, forMs, withinMs: 60_000 }),
  },
} as const satisfies Record<string, Path>

type PathName = keyof typeof PATHS
const NAMES = Object.keys(PATHS) as PathName[]

const program = new Command('profile')
  .description('Makes one path of a gateway hot, and leaves as text where its processor time went.')
  .addArgument(new Argument('<path>', 'what is made hot').choices(NAMES))
  .option('--clients <n>', 'clients, each with a session that plays', wholeNumber(1, 19_000), 500)
  .option('--seconds <n>', 'how long', wholeNumber(1, 600), 20)
  .option('--out <file>', 'where the text goes; load-reports/profile-<path>.txt unless told')
  .addHelpText('after', `\nPaths:\n${NAMES.map((name) => `  ${name.padEnd(10)} ${PATHS[name].about}`).join('\n')}\n`)
  .showHelpAfterError('(--help shows what there is)')
  .action(profile)

await runProgram(program)

async function profile(name: PathName, options: { clients: number; seconds: number; out?: string }): Promise<void> {
  const screen = createScreen(process.stdout)
  const interruption = onInterruption(screen.line)
  const folder = await mkdtemp(join(tmpdir(), 'segue-profile-'))
  try {
    const { variables, reportEveryMs, heat }: Path = PATHS[name]
    const { clients, seconds } = options
    const { signal } = interruption
    const yard = await openYard({ generators: 1, pin: false, profileFolder: folder, variables, screen, signal })
    let fromMs = 0
    let untilMs = 0
    try {
      const gateway = await yard.gateway()
      await raise(yard, { protocol: 'segue', clients, port: gateway.port, reportEveryMs })
      fromMs = Date.now()
      await withNote(yard, name, clients, async () => void (await heat(yard, seconds * 1_000)))
      untilMs = Date.now()
      await yard.generators.order({ do: 'leave' })
      await gateway.stop()
    } finally {
      await yard.close()
    }
    const [file] = (await readdir(folder)).filter((entry) => entry.endsWith('.cpuprofile'))
    if (file === undefined) throw new Error('the gateway left no profile')
    // It is written as the process ends.
    const { mtimeMs: endMs } = await stat(join(folder, file))
    const window = { fromMs: endMs - fromMs, untilMs: endMs - untilMs }
    const text = profileText(JSON.parse(await readFile(join(folder, file), 'utf8')), window)
    const out = options.out ?? `load-reports/profile-${name}.txt`
    await mkdir(dirname(out), { recursive: true })
    const host = `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Node ${process.version}`
    await writeFile(out, `npm run profile -- ${name} --clients ${clients} --seconds ${seconds}\n${host}\n\n${text}`)
    screen.line(`  ${out}`)
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    process.exitCode = interruption.exitCode
  } finally {
    await rm(folder, { recursive: true, force: true })
    screen.close()
    interruption.end()
  }
}
