/**
 * Owns the files of a backup: compressed where that pays, encrypted by age (its chunks are numbered and the last one marked,
 * so that what is cut, swapped or altered is found), hashed as they are written.
 */

import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { createGunzip, createGzip } from 'node:zlib'
import { Decrypter, Encrypter } from 'age-encryption'
import { StackProblem } from '../stack/problem.ts'
import type { Place } from './place.ts'

export interface SealedFile {
  /** In its backup. */
  readonly name: string
  /** As it lies there, encrypted. */
  readonly bytes: number
  readonly sha256: string
}

/** Text of rows is a tenth then, and faster written than it is read. */
const GZIP = { level: 1 }
const ROWS = '.gz.age'
export const rowsName = (system: string, table: string): string => `${system}/${table}${ROWS}`
export const bytesName = (system: string, name: string): string => `${system}/${name}.age`
const isPacked = (name: string): boolean => name.endsWith(ROWS)

/** @param folder of the backup in its place */
export async function putSealedFile(
  place: Place,
  folder: string,
  { name, recipient, clear }: { readonly name: string; readonly recipient: string; readonly clear: Readable },
): Promise<SealedFile> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  const packed = isPacked(name) ? flow(clear, createGzip(GZIP)) : clear
  const encrypted = await encrypter.encrypt(Readable.toWeb(packed) as ReadableStream<Uint8Array>)
  const hash = createHash('sha256')
  let bytes = 0
  const counted = async function* () {
    for await (const chunk of Readable.fromWeb(encrypted as unknown as WebStream) as AsyncIterable<Uint8Array>) {
      hash.update(chunk)
      bytes += chunk.length
      yield chunk
    }
  }
  await place.put(`${folder}/${name}`, Readable.from(counted(), { objectMode: false }))
  return { name, bytes, sha256: hash.digest('hex') }
}

/** In clear. @throws {StackProblem} from its stream, at the first chunk that is not as it was written. */
export async function openSealedFile(place: Place, folder: string, name: string, identity: string): Promise<Readable> {
  const encrypted = await opened(place, folder, name)
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  try {
    const clear = await decrypter.decrypt(Readable.toWeb(encrypted) as ReadableStream<Uint8Array>)
    const bytes = Readable.fromWeb(clear as unknown as WebStream)
    return isPacked(name) ? flow(bytes, createGunzip()) : bytes
  } catch (cause) {
    throw new StackProblem(`${folder}/${name} is not opened by the key of its manifest: take another backup`, cause)
  }
}

/** Whether it is there and byte for byte as it was written; what is wrong with it, else. */
export async function flawOf(place: Place, folder: string, file: SealedFile): Promise<string | undefined> {
  const encrypted = await place.open(`${folder}/${file.name}`)
  if (encrypted === undefined) return `${folder}/${file.name} is missing`
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of encrypted as AsyncIterable<Uint8Array>) {
    hash.update(chunk)
    bytes += chunk.length
  }
  if (bytes !== file.bytes) return `${folder}/${file.name} has ${bytes} bytes, and had ${file.bytes}`
  return hash.digest('hex') === file.sha256 ? undefined : `${folder}/${file.name} was altered after it was written`
}

async function opened(place: Place, folder: string, name: string): Promise<Readable> {
  const bytes = await place.open(`${folder}/${name}`)
  if (bytes === undefined) throw new StackProblem(`${folder}/${name} is missing: take another backup`)
  return bytes
}

/** What breaks on the one side breaks on the other: a pipe alone would leave the reader waiting. */
function flow<T extends NodeJS.ReadWriteStream & Readable>(from: Readable, into: T): T {
  from.once('error', (error) => into.destroy(error))
  into.once('close', () => from.destroy())
  from.pipe(into)
  return into
}
