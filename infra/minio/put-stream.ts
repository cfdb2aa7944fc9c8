/** Owns putting an object whose bytes come as a stream that may break. */

import { PassThrough, type Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { MinioClient } from './client.ts'

export interface StreamedObject {
  readonly bucket: string
  readonly key: string
  /** Undefined: not known before its end. */
  readonly size?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** The client pipes a source without hearing that it breaks, and would wait for ever: what it pipes into is told. */
class Heard extends PassThrough {
  override pipe<T extends NodeJS.WritableStream>(into: T, options?: { end?: boolean }): T {
    const tell = (error: Error) => (into as unknown as Writable).destroy(error)
    // It may have broken before the client had asked the store for an upload.
    if (this.errored !== null) queueMicrotask(() => tell(this.errored ?? new Error('the source broke')))
    else this.once('error', tell)
    return super.pipe(into, options)
  }
}

/** Whole or absent. */
export async function putStream(client: MinioClient, object: StreamedObject, bytes: Readable): Promise<void> {
  const source = new Heard()
  const { bucket, key, size, headers } = object
  const put = client.putObject(bucket, key, source, size, { ...headers }).catch((cause: unknown) => {
    source.destroy()
    throw cause
  })
  const [given, taken] = await Promise.allSettled([pipeline(bytes, source), put])
  // Of a store that gave up, that is why the source was closed.
  if (taken.status === 'rejected') throw taken.reason
  if (given.status === 'rejected') throw given.reason
}
