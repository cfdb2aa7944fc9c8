/** Owns the reading and writing of what names a listener: each by his own data key, made when it is first needed. */

import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { MasterKeys, WrappedKey } from './master-keys.ts'
import { aboutField, aboutKey, PERSONAL_FIELDS, type PersonalField, type PersonalFields } from './personal-fields.ts'
import { KEY_BYTES, open, seal } from './seal.ts'

type Queryable = Pick<pg.ClientBase, 'query'>

export interface ListenerVault {
  /** Fields that are not given stay as they are. In a transaction of the caller's, or each by itself. */
  write(client: Queryable, userId: string, fields: PersonalFields): Promise<void>
  /** Undefined: he has no key, since nothing was written or he was erased. */
  read(client: Queryable, userId: string): Promise<PersonalFields | undefined>
  /** What is kept in a row of its own, elsewhere. @param about which row: it opens there alone */
  seal(client: Queryable, userId: string, about: string, text: string): Promise<Buffer>
  /** @throws {Error} when he has no key any more, or it was sealed about something else. */
  open(client: Queryable, userId: string, about: string, sealed: Buffer): Promise<string>
}

const KEY = 'SELECT master_key AS "masterKey", wrapped FROM listener_keys WHERE user_id = $1'
const NEW_KEY = 'INSERT INTO listener_keys (user_id, master_key, wrapped) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING'
const FIELDS = 'SELECT field, sealed FROM personal_fields WHERE user_id = $1'
const WRITE = `
  INSERT INTO personal_fields (user_id, field, sealed) VALUES ($1, $2, $3)
  ON CONFLICT (user_id, field) DO UPDATE SET sealed = excluded.sealed`

export function createListenerVault(masterKeys: MasterKeys): ListenerVault {
  async function keyOf(client: Queryable, userId: string): Promise<Buffer | undefined> {
    const [wrapped] = (await client.query<WrappedKey>(KEY, [userId])).rows
    return wrapped === undefined ? undefined : await masterKeys.unwrap(wrapped, aboutKey(userId))
  }

  /** Of two that make one at once, the first is kept and both use it. */
  async function newKeyOf(client: Queryable, userId: string): Promise<Buffer> {
    const { masterKey, wrapped } = await masterKeys.wrap(randomBytes(KEY_BYTES), aboutKey(userId))
    await client.query(NEW_KEY, [userId, masterKey, wrapped])
    const key = await keyOf(client, userId)
    if (key === undefined) throw new Error(`the key of ${userId} was taken away while it was made`)
    return key
  }

  const ownKeyOf = async (client: Queryable, userId: string) =>
    (await keyOf(client, userId)) ?? (await newKeyOf(client, userId))

  return {
    async write(client, userId, fields) {
      const given = Object.entries(fields) as [PersonalField, string][]
      for (const [field, value] of given) {
        const { most } = PERSONAL_FIELDS[field]
        if (value.length === 0 || value.length > most) throw new Error(`${field} has from 1 to ${most} characters`)
      }
      const key = await ownKeyOf(client, userId)
      for (const [field, value] of given) {
        await client.query(WRITE, [userId, field, seal(key, Buffer.from(value), aboutField(userId, field))])
      }
    },
    async read(client, userId) {
      const key = await keyOf(client, userId)
      if (key === undefined) return undefined
      const { rows } = await client.query<{ field: PersonalField; sealed: Buffer }>(FIELDS, [userId])
      return Object.fromEntries(
        rows.map(({ field, sealed }) => [field, open(key, sealed, aboutField(userId, field)).toString()]),
      )
    },
    async seal(client, userId, about, text) {
      return seal(await ownKeyOf(client, userId), Buffer.from(text), `${about} of ${userId}`)
    },
    async open(client, userId, about, sealed) {
      const key = await keyOf(client, userId)
      if (key === undefined) throw new Error(`there is no key of ${userId}: what it sealed cannot be read again`)
      return open(key, sealed, `${about} of ${userId}`).toString()
    },
  }
}
