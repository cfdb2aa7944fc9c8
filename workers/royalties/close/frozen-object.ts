/** Owns the frozen input in the object store: put once, and taken back with its hash looked at. */

import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { ReportStore } from '../../../infra/minio/reports.ts'
import type { Close } from './close-book.ts'
import { CONTENT_TYPES } from './documents.ts'
import { refuse } from './findings.ts'

/** Most of a row are digits of ids: more work makes it little smaller. */
const LEVEL = 1
/** At once, so that it is seldom waited for whoever keeps the thread busy. */
const [READ_BYTES, PACKED_BYTES] = [1 << 22, 1 << 21] as const

/** Packs the file while something is done with it: zlib has threads of its own. */
export async function packedBeside<T>(
  path: string,
  work: () => Promise<T>,
): Promise<{ readonly packed: string; readonly done: T }> {
  const packed = `${path}.gz`
  const stop = new AbortController()
  const packing = pipeline(
    createReadStream(path, { highWaterMark: READ_BYTES }),
    createGzip({ level: LEVEL, chunkSize: PACKED_BYTES }),
    createWriteStream(packed),
    { signal: stop.signal },
  )
  try {
    const [done] = await Promise.all([work(), packing])
    return { packed, done }
  } catch (cause) {
    stop.abort()
    await Promise.allSettled([packing])
    throw cause
  }
}

/** @param packed is the file, as `packedBeside` made it. */
export async function putFrozen(reports: ReportStore, { objectKey, inputHash }: Close, packed: string): Promise<void> {
  await reports.putFile({ key: objectKey, contentType: CONTENT_TYPES.inputs, hash: inputHash }, packed)
}

/** @throws {RefusedMonth} when it is not there, or not what it was. */
export async function takeFrozen(reports: ReportStore, { objectKey, inputHash }: Close, path: string): Promise<void> {
  const object = await reports.get(objectKey)
  if (object === undefined) throw refuse('inputs-missing', `${objectKey} is not in the store`)
  const hash = createHash('sha256')
  const hashing = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  await pipeline(object, createGunzip(), hashing, createWriteStream(path))
  const found = hash.digest('hex')
  if (found !== inputHash) throw refuse('object-differs', `${objectKey} has the hash ${found}, and had ${inputHash}`)
}
