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

export async function putFrozen(reports: ReportStore, { objectKey, inputHash }: Close, path: string): Promise<void> {
  const packed = `${path}.gz`
  await pipeline(createReadStream(path), createGzip(), createWriteStream(packed))
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
