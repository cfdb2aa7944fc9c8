/** Owns the names of objects in the audio bucket. */

/** The digits of a chunk's number: `list` then gives chunks in order, for tracks of up to four days. */
const INDEX_DIGITS = 5

/** The initialisation segment of a rendition. */
export function initKey(trackId: string, bitrateKbps: number): string {
  return `audio/${trackId}/${bitrateKbps}/init.mp4`
}

/** Chunk `index` of a rendition, counted from 0. */
export function chunkKey(trackId: string, bitrateKbps: number, index: number): string {
  return `audio/${trackId}/${bitrateKbps}/${String(index).padStart(INDEX_DIGITS, '0')}.m4s`
}
