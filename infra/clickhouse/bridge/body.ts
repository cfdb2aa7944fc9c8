/** Owns the reading of a request body: unpacked, and never more of it than the bound. */

import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createGunzip, createInflate } from 'node:zlib'
import { failure } from './failure.ts'

export const MAX_BODY_BYTES = 64 * 1024 * 1024

const UNPACK: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: createGunzip,
  deflate: createInflate,
}

/** @throws {Failure} when the body is too large, or packed in a way that the bridge does not know. */
export async function readBody(request: IncomingMessage, maxBytes: number = MAX_BODY_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of unpacked(request)) {
    const bytes = Buffer.from(chunk as Uint8Array)
    size += bytes.length
    if (size > maxBytes) {
      throw failure(307, 'TOO_MANY_BYTES', `The body is larger than ${maxBytes} bytes: send it in smaller parts.`)
    }
    chunks.push(bytes)
  }
  return Buffer.concat(chunks, size)
}

function unpacked(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === '') return request
  const unpack = UNPACK[encoding]
  if (unpack === undefined) {
    throw failure(48, 'NOT_IMPLEMENTED', `Content-Encoding ${encoding} is not known here: use gzip, deflate or none.`)
  }
  const stream = unpack()
  request.on('error', (error) => stream.destroy(error))
  return request.pipe(stream)
}
