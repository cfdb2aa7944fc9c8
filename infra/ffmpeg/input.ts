/** Owns how ffmpeg is given a file that somebody made: as a file and nothing else, whatever is written in it. */

/**
 * Which of ffmpeg's readers may have it: those of audio. Others are lists that lead on, to addresses or to files of this machine
 * (HLS, DASH, concat, SDP), and are known by what a file begins with, not by its name.
 */
const FORMATS = ['flac', 'mov', 'mp3', 'ogg', 'wav'] as const

/** The arguments that end with the input. A name that looks like an option or an address is a name. */
export function inputArguments(path: string): readonly string[] {
  return ['-protocol_whitelist', 'file', '-format_whitelist', FORMATS.join(','), '-i', `file:${path}`]
}
