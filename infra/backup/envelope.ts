/** Owns small documents that nobody without the master key can read or make: a fresh data key each, wrapped beside what it seals. */

import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { MasterKeyProblem, type MasterKeys } from '../personal/master-keys.ts'
import { KEY_BYTES, open, seal } from '../personal/seal.ts'
import { StackProblem } from '../stack/problem.ts'
import type { Place } from './place.ts'

interface Envelope {
  readonly masterKey: string
  readonly wrapped: string
  readonly sealed: string
}

/** @param about what it is, told again when it is opened: the document of another name, or of another backup, does not open in its place */
export async function putSealed(
  place: Place,
  name: string,
  { masterKeys, about, value }: { readonly masterKeys: MasterKeys; readonly about: string; readonly value: unknown },
): Promise<void> {
  const key = randomBytes(KEY_BYTES)
  const { masterKey, wrapped } = await masterKeys.wrap(key, about)
  const sealed = seal(key, Buffer.from(JSON.stringify(value)), about)
  const envelope: Envelope = {
    masterKey,
    wrapped: wrapped.toString('base64'),
    sealed: sealed.toString('base64'),
  }
  await place.put(name, Readable.from([Buffer.from(`${JSON.stringify(envelope)}\n`)]))
}

/**
 * Undefined: it is not there.
 * @throws {StackProblem} when the key is another, or it was altered.
 */
export async function openSealed(
  place: Place,
  name: string,
  { masterKeys, about }: { readonly masterKeys: MasterKeys; readonly about: string },
): Promise<unknown> {
  const bytes = await place.open(name)
  if (bytes === undefined) return undefined
  const { masterKey, wrapped, sealed } = envelopeOf(await text(bytes), name)
  try {
    const key = await masterKeys.unwrap({ masterKey, wrapped: Buffer.from(wrapped, 'base64') }, about)
    return JSON.parse(open(key, Buffer.from(sealed, 'base64'), about).toString())
  } catch (cause) {
    if (cause instanceof MasterKeyProblem) throw new StackProblem(`${name} is not opened: ${cause.message}`, cause)
    throw new StackProblem(`${name} was altered after it was written: take another backup`, cause)
  }
}

function envelopeOf(said: string, name: string): Envelope {
  try {
    const { masterKey, wrapped, sealed } = JSON.parse(said) as Partial<Envelope>
    if (typeof masterKey === 'string' && typeof wrapped === 'string' && typeof sealed === 'string')
      return { masterKey, wrapped, sealed }
  } catch (cause) {
    throw new StackProblem(`${name} is no sealed document: take another backup`, cause)
  }
  throw new StackProblem(`${name} is no sealed document: take another backup`)
}
