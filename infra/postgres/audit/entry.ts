/** Owns what an entry of the audit log and its link are, and how they are hashed: the same as the migration of the chain says, reckoned apart from the server. */

import { createHash } from 'node:crypto'

/** The columns as PostgreSQL writes them as text. */
export interface AuditEntry {
  readonly entryId: string
  readonly atMicros: string
  readonly login: string
  readonly role: string
  readonly userId: string | null
  readonly action: string
  readonly tableName: string
  readonly rowKey: string
  readonly changed: string
  readonly before: string | null
  readonly after: string | null
}

export interface AuditLink {
  readonly sequence: bigint
  readonly entryId: string
  readonly atMicros: string
  readonly digest: Buffer
  readonly hash: Buffer
}

/** What the first link stands on. */
export const BEFORE_THE_FIRST = Buffer.alloc(32)

export function digestOf(entry: AuditEntry): Buffer {
  const fields = [
    entry.entryId,
    entry.atMicros,
    entry.login,
    entry.role,
    entry.userId,
    entry.action,
    entry.tableName,
    entry.rowKey,
    entry.changed,
    entry.before,
    entry.after,
  ]
  return createHash('sha256').update(fields.map(field).join('')).digest()
}

const field = (value: string | null) => (value === null ? '-,' : `${Buffer.byteLength(value)}:${value},`)

export function hashOf(before: Buffer, link: Omit<AuditLink, 'hash'>): Buffer {
  const numbers = Buffer.alloc(16)
  numbers.writeBigInt64BE(link.sequence, 0)
  numbers.writeBigInt64BE(BigInt(link.atMicros), 8)
  return createHash('sha256')
    .update(before)
    .update(link.digest)
    .update(numbers.subarray(0, 8))
    .update(Buffer.from(link.entryId.replaceAll('-', ''), 'hex'))
    .update(numbers.subarray(8))
    .digest()
}
