/** Owns measuring: one decode of the file, of no more than is asked for, gives its loudness (EBU R128), its true peak, its real length and its damage. */

import { boundedInput, decodedWithinMs } from './input.ts'
import { FfmpegError, runTool } from './run.ts'

export interface Measurement {
  /** Integrated loudness; -70 is the gate below which R128 hears nothing. */
  readonly integratedLufs: number
  readonly truePeakDbtp: number
  /** The length of what could be decoded. */
  readonly decodedMs: number
  /** What the decoder complained of. */
  readonly decodeErrors: readonly string[]
}

/** The lowest true peak told, so that digital silence is a number. */
const PEAK_FLOOR_DBTP = -120

/** @param longestMs what is longer is measured so far, and a little beyond it */
export async function measureLoudness(path: string, longestMs: number, signal?: AbortSignal): Promise<Measurement> {
  const args = [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'repeat+level+info', '-progress', 'pipe:1'],
    ...boundedInput(path, longestMs),
    ...['-map', '0:a:0'],
    // Measured as delivered, in stereo; `verbose` keeps a line for every 100 ms out of the log.
    ...['-af', 'aformat=channel_layouts=stereo,ebur128=peak=true:framelog=verbose', '-f', 'null', '-'],
  ]
  const { stdout, stderr } = await runTool('ffmpeg', args, signal, decodedWithinMs(longestMs))
  return readMeasurement(stdout, stderr)
}

/** Reads ffmpeg's progress (`stdout`) and its log with levels (`stderr`). */
export function readMeasurement(stdout: string, stderr: string): Measurement {
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'))
  const integratedLufs = Number(/^\s+I:\s+(\S+) LUFS/m.exec(summary)?.[1])
  const peak = /^\s+Peak:\s+(\S+) dBFS/m.exec(summary)?.[1]
  const decodedUs = Number(
    stdout
      .match(/^out_time_us=(\d+)/gm)
      ?.at(-1)
      ?.slice('out_time_us='.length),
  )
  if (!Number.isFinite(integratedLufs) || peak === undefined || !(decodedUs > 0)) {
    throw new FfmpegError('nothing of it could be decoded')
  }
  return {
    integratedLufs,
    truePeakDbtp: Math.max(peak === '-inf' ? Number.NEGATIVE_INFINITY : Number(peak), PEAK_FLOOR_DBTP),
    decodedMs: decodedUs / 1_000,
    decodeErrors: stderr
      .split('\n')
      .filter((line) => /\[(error|fatal)\]/.test(line))
      .map((line) => line.replace(/^.*\[(error|fatal)\]\s*/, '').trim()),
  }
}
