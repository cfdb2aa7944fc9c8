/** Owns what a listener pays by: the provider's token and the last four digits, sealed by his key in the row of the way of payment. */

import type pg from 'pg'
import type { ListenerVault } from './listener-vault.ts'

type Queryable = Pick<pg.ClientBase, 'query'>

export interface PaymentDetails {
  /** Means something to the provider alone. */
  readonly token: string
  /** So that the listener knows which it is. */
  readonly lastFour: string
}

export interface PaymentMethod extends PaymentDetails {
  readonly methodId: string
  readonly userId: string
  readonly provider: string
  readonly kind: 'card' | 'debit' | 'wallet'
}

const TOKEN = /^.{8,255}$/s
/** Twelve digits or more in a row, as card numbers are: never to be kept. */
const CARD_NUMBER = /\d([ -]?\d){11,}/
const LAST_FOUR = /^\d{4}$/

const WRITE = `
  INSERT INTO payment_methods (method_id, user_id, provider, kind, sealed) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (method_id) DO UPDATE SET sealed = excluded.sealed WHERE payment_methods.sealed IS NULL`
const READ = 'SELECT * FROM payment_methods WHERE user_id = $1 ORDER BY created_at, method_id'

/** One that is there already stays as it is. @throws {Error} for what is no token, or has a card number in it. */
export async function addPaymentMethod(client: Queryable, vault: ListenerVault, method: PaymentMethod): Promise<void> {
  const { methodId, userId, provider, kind, token, lastFour } = method
  if (!TOKEN.test(token) || CARD_NUMBER.test(token))
    throw new Error(
      'a token has from 8 to 255 characters, and no number of twelve digits or more: cards are never kept',
    )
  if (!LAST_FOUR.test(lastFour)) throw new Error('the last four digits are four digits')
  const sealed = await vault.seal(client, userId, aboutMethod(methodId), JSON.stringify({ token, lastFour }))
  await client.query(WRITE, [methodId, userId, provider, kind, sealed])
}

/** His ways of payment, opened; in clear only where the caller has the master keys. */
export async function readPaymentMethods(client: Queryable, vault: ListenerVault, userId: string): Promise<object[]> {
  const { rows } = await client.query<{ method_id: string; sealed: Buffer | null }>(READ, [userId])
  return await Promise.all(
    rows.map(async ({ sealed, ...row }) => ({
      ...row,
      ...(sealed === null
        ? {}
        : (JSON.parse(await vault.open(client, userId, aboutMethod(row.method_id), sealed)) as PaymentDetails)),
    })),
  )
}

const aboutMethod = (methodId: string): string => `the way of payment ${methodId}`
