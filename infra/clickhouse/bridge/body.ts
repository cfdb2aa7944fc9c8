/** Owns the reading of a request body: unpacked, and never more of it than the bound. */

import type { IncomingMessage } from 'node:http'
import type { Transform } from 'node:stream'
import { createGunzip, createInflate } from 'node:zlib'
import { Failure, failure } from './failure.ts'

export const MAX_BODY_BYTES = 64 * 1024 * 1024

const UNPACK: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  deflate: createInflate,
}

/** @throws {Failure} when the body is too large, or packed in a way that cannot be undone here. */
export async function readBody(request: IncomingMessage, maxBytes: number = MAX_BODY_BYTES): Promise<Buffer> {
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === '') return await gather(request, maxBytes)
  const unpack = UNPACK[encoding]
  if (unpack === undefined) {
    throw failure(48, 'NOT_IMPLEMENTED', `Content-Encoding ${encoding} is not known here: use gzip, deflate or none.`)
  }
  try {
    return await gather(compose(request, unpack()), maxBytes)
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    throw failure(271, 'CANNOT_DECOMPRESS', `The body is not ${encoding}, as its Content-Encoding says.`)
  }
}

async function gather(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > maxBytes) {
      throw failure(229, 'QUERY_IS_TOO_LARGE', `The body is larger than ${maxBytes} bytes: send it in smaller parts.`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

function compose(request: IncomingMessage, stream: Transform): Transform {
  request.on('error', (error) => stream.destroy(error))
  return request.pipe(stream)
}
