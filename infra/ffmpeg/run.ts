/** Owns running ffmpeg and ffprobe: they end when the signal says so, when they take too long or say too much, and a failure carries their last lines. */

import { spawn } from 'node:child_process'

/** Lines of stderr kept for the error message. */
const TOLD_LINES = 4
/** An error repeated for every packet of a long file must not fill the memory. */
const MAX_STDERR_CHARS = 1_000_000
/** Progress of an hour's work is a tenth of it; a file whose tags or streams are more is made to fill the memory. */
const MAX_STDOUT_CHARS = 4_000_000
const WITHIN_MS = 60_000

/** The tool ran and did not do what was asked: the fault is in what it was given. */
export class FfmpegError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FfmpegError'
  }
}

export interface ToolOutput {
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs `tool` to its end.
 * @throws {FfmpegError} when it ends with a failure, or is ended after `withinMs` or for what it says; a plain error when it cannot be started; the reason of an aborted `signal`.
 */
export async function runTool(
  tool: 'ffmpeg' | 'ffprobe',
  args: readonly string[],
  signal?: AbortSignal,
  withinMs = WITHIN_MS,
): Promise<ToolOutput> {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    let tooMuch: FfmpegError | undefined
    const end = () => child.kill('SIGKILL')
    const endFor = (reason: string) => {
      tooMuch ??= new FfmpegError(`${tool} was ended: ${reason}`)
      end()
    }
    const late = setTimeout(() => endFor(`it was not done within ${Math.round(withinMs / 1_000)} s`), withinMs)
    const settle = () => {
      clearTimeout(late)
      signal?.removeEventListener('abort', end)
    }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length + text.length > MAX_STDOUT_CHARS) endFor('it has more to say of the file than is read')
      else stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MAX_STDERR_CHARS)
    })
    signal?.addEventListener('abort', end, { once: true })
    child.once('error', (cause: NodeJS.ErrnoException) => {
      settle()
      const message =
        cause.code === 'ENOENT' ? `${tool} is not installed: apt-get install ffmpeg` : `${tool} cannot be started`
      reject(new Error(message, { cause }))
    })
    // Only now has it let go of its files, so that the caller may remove them.
    child.once('close', (code, endedBy) => {
      settle()
      if (signal?.aborted) reject(signal.reason)
      else if (tooMuch !== undefined) reject(tooMuch)
      else if (code === 0) resolve({ stdout, stderr })
      else reject(new FfmpegError(`${tool} ended with ${endedBy ?? `code ${code}`}: ${lastLines(stderr)}`))
    })
  })
}

/** The end of what the tool complained of, on one line, without levels and the addresses of its objects. */
function lastLines(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter((line) => !line.includes('[info]'))
    .map((line) => line.replaceAll(/ @ 0x[0-9a-f]+|\[(error|fatal)\] /g, '').trim())
    .filter((line) => line !== '')
  return lines.length === 0 ? 'it gave no reason' : lines.slice(-TOLD_LINES).join(' | ')
}
