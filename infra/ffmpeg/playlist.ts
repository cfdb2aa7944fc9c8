/** Owns reading what the segmenting muxer wrote: its chunks, in order. */

/** The files that an HLS media playlist (RFC 8216) names. */
export function readPlaylist(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}
