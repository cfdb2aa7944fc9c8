/** Owns what a file says of itself: its length, its sound and its tags, as ffprobe reads them. */

import { inputArguments } from './input.ts'
import { FfmpegError, runTool } from './run.ts'

export interface Probe {
  /** The demuxer's name, e.g. `flac`. */
  readonly format: string
  readonly codec: string
  readonly sampleRateHz: number
  readonly channels: number
  /** The length the file declares; undefined when it declares none. */
  readonly declaredMs: number | undefined
  /** Tags by name in lower case. */
  readonly tags: ReadonlyMap<string, string>
}

interface ProbeJson {
  readonly streams?: readonly {
    readonly codec_type?: string
    readonly codec_name?: string
    readonly sample_rate?: string
    readonly channels?: number
    readonly tags?: Readonly<Record<string, string>>
  }[]
  readonly format?: {
    readonly format_name?: string
    readonly duration?: string
    readonly tags?: Readonly<Record<string, string>>
  }
}

/** @throws {FfmpegError} when the file is not audio. */
export async function probeAudio(path: string, signal?: AbortSignal): Promise<Probe> {
  const args = ['-v', 'error', '-print_format', 'json', '-show_format', '-show_streams', ...inputArguments(path)]
  const { stdout } = await runTool('ffprobe', args, signal)
  return readProbe(stdout)
}

/** Reads ffprobe's JSON. Vorbis comments stand on the stream of an Ogg file, on the container of the others. */
export function readProbe(json: string): Probe {
  const { streams = [], format = {} }: ProbeJson = JSON.parse(json)
  const stream = streams.find(({ codec_type }) => codec_type === 'audio')
  if (stream === undefined) throw new FfmpegError('there is no audio in it')
  const sampleRateHz = Number(stream.sample_rate)
  const channels = stream.channels ?? 0
  if (!(sampleRateHz > 0 && channels > 0)) throw new FfmpegError('its audio has no sample rate or no channels')
  const declaredS = Number(format.duration)
  const tags = new Map<string, string>()
  for (const source of [format.tags, stream.tags]) {
    for (const [name, value] of Object.entries(source ?? {})) tags.set(name.toLowerCase(), value)
  }
  return {
    format: format.format_name ?? '',
    codec: stream.codec_name ?? '',
    sampleRateHz,
    channels,
    declaredMs: declaredS > 0 ? declaredS * 1_000 : undefined,
    tags,
  }
}
