/** Owns the ladder: how one decode becomes every rendition, as arguments of ffmpeg. */

import { BITRATES_KBPS, type BitrateKbps, CHUNK_MS } from '../../protocol/vocabulary.ts'
import { atMostSamples, boundedInput } from './input.ts'

/** RFC 6381: AAC-LC. */
export const CODEC = 'mp4a.40.2'
/** The samples of one AAC frame; the encoder puts one frame of priming before the music. */
export const FRAME_SAMPLES = 1_024

export const INIT_FILE = 'init.mp4'
export const PLAYLIST_FILE = 'list.m3u8'

/** The two families of sample rates; a rate that is a divisor or multiple of 44.1 kHz stays in its family. */
export function deliveredRateHz(sourceRateHz: number): 44_100 | 48_000 {
  return sourceRateHz % 11_025 === 0 ? 44_100 : 48_000
}

/** The folder of a rendition, below the folder that ffmpeg writes to. */
export function renditionFolder(folder: string, bitrateKbps: BitrateKbps): string {
  return `${folder}/${bitrateKbps}`
}

export interface EncodeSettings {
  readonly source: string
  readonly folder: string
  readonly gainDb: number
  readonly sampleRateHz: number
  /** No more is encoded, and a little beyond it, whatever the file holds. */
  readonly longestMs: number
}

/** One input, one gain, one encoder and one segmenting muxer a bitrate. */
export function ladderArguments({ source, folder, gainDb, sampleRateHz, longestMs }: EncodeSettings): string[] {
  const names = BITRATES_KBPS.map((bitrate) => `[r${bitrate}]`)
  const rateHz = deliveredRateHz(sampleRateHz)
  const filter =
    `[0:a:0]aformat=channel_layouts=stereo:sample_rates=${rateHz},${atMostSamples(longestMs, rateHz)},volume=${gainDb}dB,` +
    `asplit=${names.length}${names.join('')}`
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'error', '-y', ...boundedInput(source, longestMs)],
    ...['-filter_complex', filter],
    ...BITRATES_KBPS.flatMap((bitrate, index) => renditionArguments(folder, bitrate, names[index] ?? '')),
  ]
}

function renditionArguments(folder: string, bitrate: BitrateKbps, name: string): string[] {
  const target = renditionFolder(folder, bitrate)
  return [
    ...['-map', name, '-map_metadata', '-1', '-c:a', 'aac', '-b:a', `${bitrate}k`],
    // ffmpeg's manual: better than the default coder from 64 kbps up, and about twice as fast.
    ...['-aac_coder', 'fast'],
    ...['-f', 'hls', '-hls_time', `${CHUNK_MS / 1_000}`, '-hls_list_size', '0', '-hls_segment_type', 'fmp4'],
    ...['-hls_fmp4_init_filename', INIT_FILE, '-hls_segment_filename', `${target}/%05d.m4s`],
    `${target}/${PLAYLIST_FILE}`,
  ]
}
