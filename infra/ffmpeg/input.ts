/** Owns how ffmpeg is given a file that somebody made: as a file and nothing else, whatever is written in it, and for so long. */

/**
 * Which of ffmpeg's readers may have it: those of audio. Others are lists that lead on, to addresses or to files of this machine
 * (HLS, DASH, concat, SDP), and are known by what a file begins with, not by its name.
 */
const FORMATS = ['flac', 'mov', 'mp3', 'ogg', 'wav'] as const

/** The arguments that end with the input. A name that looks like an option or an address is a name. */
export function inputArguments(path: string): readonly string[] {
  return ['-protocol_whitelist', 'file', '-format_whitelist', FORMATS.join(','), '-i', `file:${path}`]
}

/** So much more is read that a file that is longer is known from one that is as long. */
const BEYOND_S = 1

/** The same, of which no more is decoded: ten megabytes may say that they are weeks of silence. */
export function boundedInput(path: string, longestMs: number): readonly string[] {
  return ['-t', String(longestMs / 1_000 + BEYOND_S), ...inputArguments(path)]
}

/** The same by what comes out: sound whose time stamps stand still never reaches a time. */
export const atMostSamples = (longestMs: number, rateHz: number): string =>
  `atrim=end_sample=${Math.ceil((longestMs / 1_000 + BEYOND_S) * rateHz)}`

const START_MS = 60_000
/** Where decoding is not so much faster than hearing, ingest has no sense. */
const LEAST_SPEED = 2

/** How long ffmpeg may take over sound of at most that length. */
export const decodedWithinMs = (longestMs: number): number => START_MS + longestMs / LEAST_SPEED
