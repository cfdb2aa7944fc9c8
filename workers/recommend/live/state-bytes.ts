/** Owns the sessions of a partition as bytes, with the offset up to which they know: what the worker goes on with after its end. */

import { packIds, unpackIds } from '../../../protocol/events/neighbours.ts'
import { plainMsgpack } from '../../../protocol/plain-msgpack.ts'
import type { KnownTrack, Memory } from './memory.ts'

/** Raised with every change of the bytes: those of another version are no state, and the topic is read anew. */
const VERSION = 1

type SessionBytes = [id: Uint8Array, country: string, at: number, tracks: number[], skips: number[], streams: number[]]
type StateBytes = [version: number, edition: number, offset: string, tracks: Uint8Array, sessions: SessionBytes[]]

export interface StatePlace {
  /** Of the lists that were made of it. */
  readonly edition: number
  /** Records below it are in the state. */
  readonly readTo: bigint
}

export function packState(memory: Memory, partition: number, { edition, readTo }: StatePlace): Uint8Array {
  const numbers = new Map<KnownTrack, number>()
  const numberOf = (track: KnownTrack): number => {
    const known = numbers.get(track)
    if (known !== undefined) return known
    numbers.set(track, numbers.size)
    return numbers.size - 1
  }
  const sessions = [...memory.sessionsOf(partition)].map(
    ({ id, country, at, tracks, isSkip, streams }): SessionBytes => [
      packIds([id]),
      country,
      at,
      tracks.map(numberOf),
      isSkip.flatMap((skipped, n) => (skipped ? [n] : [])),
      streams,
    ],
  )
  const ids = packIds([...numbers.keys()].map(({ id }) => id))
  const state: StateBytes = [VERSION, edition, String(readTo), ids, sessions]
  return new Uint8Array(plainMsgpack.pack(state))
}

/** Fills an empty partition. @returns undefined, with nothing done, for what another version wrote */
export function unpackState(memory: Memory, partition: number, bytes: Uint8Array): StatePlace | undefined {
  const [version, edition, offset, packed, sessions] = plainMsgpack.unpack(bytes) as StateBytes
  if (version !== VERSION) return undefined
  const ids = unpackIds(packed)
  for (const [id, country, at, tracks, skips, streams] of sessions) {
    const isSkip = tracks.map((_, n) => skips.includes(n))
    memory.put(
      partition,
      { id: unpackIds(id)[0] ?? '', country, at, isSkip, streams },
      tracks.map((n) => ids[n] ?? ''),
    )
  }
  return { edition, readTo: BigInt(offset) }
}
