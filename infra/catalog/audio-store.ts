/** Owns putting an encoded track into the object store. */

import { readFile } from 'node:fs/promises'
import pLimit from 'p-limit'
import type { EncodedRendition } from '../ffmpeg/encode.ts'
import type { MinioClient } from '../minio/client.ts'
import { chunkKey, initKey } from '../minio/keys.ts'
import type { StoredRendition } from './publish-track.ts'

export interface AudioStore {
  /** Writes every object of a track; what an interrupted ingest left there is written over. */
  put(trackId: string, renditions: readonly EncodedRendition[], signal: AbortSignal): Promise<StoredRendition[]>
}

/** Objects on their way at a time, for all tracks together. */
const UPLOADS = 12

/** An object never changes: its key is made from the bytes of its source. */
const METADATA = { 'Content-Type': 'audio/mp4', 'Cache-Control': 'private, max-age=31536000, immutable' }

export function createAudioStore(client: MinioClient, bucket: string): AudioStore {
  const limit = pLimit(UPLOADS)

  const putFile = async (key: string, file: string, signal: AbortSignal): Promise<number> => {
    signal.throwIfAborted()
    const bytes = await readFile(file)
    await client.putObject(bucket, key, bytes, bytes.length, METADATA)
    return bytes.length
  }

  const putRendition = async (trackId: string, rendition: EncodedRendition, signal: AbortSignal) => {
    const { bitrateKbps, codec, chunkFiles, initFile } = rendition
    const objects: (readonly [key: string, file: string])[] = chunkFiles.map((file, index) => [
      chunkKey(trackId, bitrateKbps, index),
      file,
    ])
    objects.push([initKey(trackId, bitrateKbps), initFile])
    const sizes = await Promise.all(objects.map(([key, file]) => limit(() => putFile(key, file, signal))))
    return { bitrateKbps, codec, chunkCount: chunkFiles.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
  }

  return {
    put: (trackId, renditions, signal) =>
      Promise.all(renditions.map((rendition) => putRendition(trackId, rendition, signal))),
  }
}
