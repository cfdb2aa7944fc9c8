/** Owns the heads of the chain that are kept where the database is not: each the name of an object that nobody takes out of its bucket for ten years. */

import type { MinioConfig } from '../../minio/config.ts'
import { minioConfig } from '../../minio/config.ts'
import { openLockedBucket } from '../../minio/locked-bucket.ts'
import type { EnvReader } from '../../runtime/env.ts'
import type { ChainHead } from './noted-heads.ts'

/** As long as entries are. */
const KEPT_FOR_YEARS = 10

export interface KeptHeads {
  /** In the order of their times. */
  all(): Promise<readonly ChainHead[]>
  /** One that is the same as the last is there already. */
  keep(head: ChainHead, at: Date): Promise<void>
}

/** The store that chunks are in, and a bucket of its own: one database, one bucket. The admin, whom the lock binds as well, makes it. */
export const keptHeadsConfig = (read: EnvReader): MinioConfig => ({
  ...minioConfig(read, 'admin'),
  bucket: read.text('SEGUE_MINIO_AUDIT_BUCKET', 'audit-heads'),
})

export async function openKeptHeads(config: MinioConfig): Promise<KeptHeads> {
  const bucket = await openLockedBucket(config, KEPT_FOR_YEARS)
  const all = async () => (await bucket.names()).flatMap((name) => headNamed(name) ?? []).sort(byTime)
  return {
    all,
    async keep(head, at) {
      const last = (await all()).at(-1)
      if (head.sequence === 0n || (last?.sequence === head.sequence && last.hash === head.hash)) return
      const { sequence, hash } = head
      await bucket.put(nameOf(head, at), `${JSON.stringify({ at, sequence: String(sequence), hash })}\n`)
    },
  }
}

const byTime = (one: ChainHead, other: ChainHead) => Number(one.notedAt) - Number(other.notedAt)

/** The name says all: no version that is put over an object later says anything else. */
const nameOf = ({ sequence, hash }: ChainHead, at: Date) =>
  `${at.toISOString().replaceAll(':', '')}-${sequence}-${hash}`

const NAME = /^(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d\.\d{3}Z)-(\d{1,18})-([0-9a-f]{64})$/

function headNamed(name: string): ChainHead | undefined {
  const [, hour, minute, second, sequence, hash] = NAME.exec(name) ?? []
  if (sequence === undefined || hash === undefined) return undefined
  return { sequence: BigInt(sequence), hash, notedAt: new Date(`${hour}:${minute}:${second}`) }
}
