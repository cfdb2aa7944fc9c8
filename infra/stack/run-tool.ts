/** Owns the running of an installer (apt-get, mvn, go, pip): its output to a log file, its last line to the screen. */

import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { access, constants, mkdir } from 'node:fs/promises'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { StackProblem } from './problem.ts'
import { printableLine, type Step } from './screen.ts'

export interface ToolRun {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly logFile: string
  readonly signal: AbortSignal
}

/** The full path of `command`, or `undefined` when PATH has none; a full path is one already. */
export async function findCommand(command: string): Promise<string | undefined> {
  // sbin holds system programs that the PATH of an ordinary Debian user leaves out.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].filter((folder) => folder !== '')
  const paths = isAbsolute(command) ? [command] : folders.map((folder) => join(folder, command))
  for (const path of paths) {
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return path
  }
  return undefined
}

/**
 * Runs an installer to its end.
 * @throws {StackProblem} when it is missing or fails, in one line with its own last words.
 */
export async function runTool(run: ToolRun, step: Step): Promise<void> {
  const path = await findCommand(run.command)
  if (path === undefined) throw new StackProblem(`${run.command} is not installed: install it, then run this again`)
  await mkdir(dirname(run.logFile), { recursive: true })
  const log = createWriteStream(run.logFile)
  const output = new PassThrough()
  let lastLine = ''
  const reading = readLines(output, (line) => {
    log.write(`${line}\n`)
    step.note(line)
    lastLine = printableLine(line) || lastLine
  })

  const child = spawn(path, run.args, {
    ...(run.cwd === undefined ? {} : { cwd: run.cwd }),
    env: { ...process.env, ...run.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.pipe(output, { end: false })
  child.stderr.pipe(output, { end: false })
  const stop = () => child.kill('SIGTERM')
  run.signal.addEventListener('abort', stop, { once: true })
  try {
    const code = await new Promise<number | NodeJS.Signals>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exit, signal) => resolve(exit ?? signal ?? 1))
    })
    output.end()
    await reading
    run.signal.throwIfAborted()
    if (code !== 0) {
      throw new StackProblem(
        `${run.command} failed (${code}): ${lastLine || 'it said nothing'} — all it said is in ${run.logFile}`,
      )
    }
  } finally {
    run.signal.removeEventListener('abort', stop)
    output.end()
    await reading
    log.end()
  }
}

async function readLines(input: PassThrough, take: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input })) take(line)
}
