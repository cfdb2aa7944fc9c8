/** Owns the accounts of the demo: what the people of the issuer pay, since when and by what. */

import { PLANS, type Plan } from '../../../protocol/vocabulary.ts'
import { STREAM_LIMITS } from '../../../session/stream-limits.ts'
import { demoIdOf } from '../../catalog/catalog-ids.ts'
import { PEOPLE, type Person, userNameOf } from '../../issuer/people.ts'
import type { ListenerVault } from '../../personal/listener-vault.ts'
import { addPaymentMethod } from '../../personal/payment-details.ts'
import type { PoolClient } from '../../postgres/client.ts'

const MAX_MEMBERS: Readonly<Record<Plan, number>> = { free: 1, individual: 1, duo: 2, family: 6 }

interface Market {
  readonly currency: string
  readonly taxNum: number
  /** A month of an individual plan; a duo costs 4/3 of it, a family 5/3. */
  readonly individualMicros: number
}

/** Of the countries of the people; the rate of tax is in hundredths. */
const MARKETS: Readonly<Record<string, Market>> = {
  DE: { currency: 'EUR', taxNum: 19, individualMicros: 10_990_000 },
  US: { currency: 'USD', taxNum: 0, individualMicros: 11_990_000 },
  JP: { currency: 'JPY', taxNum: 10, individualMicros: 980_000_000 },
  MX: { currency: 'MXN', taxNum: 16, individualMicros: 129_000_000 },
  NG: { currency: 'NGN', taxNum: 8, individualMicros: 900_000_000 },
  SE: { currency: 'SEK', taxNum: 25, individualMicros: 119_000_000 },
  CZ: { currency: 'CZK', taxNum: 21, individualMicros: 169_000_000 },
  NL: { currency: 'EUR', taxNum: 21, individualMicros: 10_990_000 },
}

const THIRDS: Readonly<Record<Plan, number>> = { free: 0, individual: 3, duo: 4, family: 5 }

export const userIdOf = (accountId: string): string => demoIdOf(`user ${accountId}`)

/** Months for which the demo's people have paid, this one among them. */
const PAID_MONTHS = 4

export async function seedAccounts(client: PoolClient, vault: ListenerVault): Promise<void> {
  for (const plan of PLANS) {
    await client.query('INSERT INTO plans VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING', [
      plan,
      plan.charAt(0).toUpperCase() + plan.slice(1),
      STREAM_LIMITS[plan].streams,
      MAX_MEMBERS[plan],
      plan === 'free',
    ])
    for (const [country, market] of Object.entries(MARKETS)) {
      const micros = Math.round((market.individualMicros * THIRDS[plan]) / 3 / 10_000) * 10_000
      await client.query(
        `INSERT INTO plan_prices VALUES ($1, $2, '[2026-01-01,)', $3, $4, $5, 100) ON CONFLICT DO NOTHING`,
        [plan, country, market.currency, micros, market.taxNum],
      )
    }
  }
  for (const person of PEOPLE) await seedPerson(client, vault, person)
  // Nobody's month is quite without trouble: one of Ada's was lost to an outage, and half of it went back.
  await client.query(
    `INSERT INTO refunds (refund_id, payment_id, gross_micros, tax_micros, reason)
     SELECT $1, payment_id, gross_micros / 2, tax_micros / 2, 'outage' FROM payments
      WHERE subscription_id = $2 AND status = 'settled' ORDER BY lower(covers) LIMIT 1 ON CONFLICT DO NOTHING`,
    [demoIdOf('refund acct-ada'), demoIdOf('subscription acct-ada')],
  )
}

async function seedPerson(client: PoolClient, vault: ListenerVault, person: Person) {
  const { accountId, name, country, plan } = person
  const userId = userIdOf(accountId)
  const subscriptionId = demoIdOf(`subscription ${accountId}`)
  const methodId = demoIdOf(`method ${accountId}`)
  await client.query(
    `INSERT INTO users (user_id, account_id, country, created_at) VALUES ($1, $2, $3, '2026-01-10T00:00:00Z')
     ON CONFLICT DO NOTHING`,
    [userId, accountId, country],
  )
  if ((await vault.read(client, userId)) === undefined) {
    await vault.write(client, userId, { display_name: name, email: `${userNameOf(person)}@example.com` })
  }
  await client.query(
    `INSERT INTO subscriptions VALUES ($1, $2, $3, '[2026-01-10T00:00:00Z,)') ON CONFLICT DO NOTHING`,
    [subscriptionId, userId, plan],
  )
  await client.query(
    `INSERT INTO subscription_members SELECT $1, $2, '[2026-01-10T00:00:00Z,)'
      WHERE NOT EXISTS (SELECT FROM subscription_members WHERE user_id = $2)`,
    [subscriptionId, userId],
  )
  if (plan === 'free') return
  await addPaymentMethod(client, vault, {
    methodId,
    userId,
    provider: 'demopay',
    kind: 'card',
    token: `tok_demo_${accountId}`,
    lastFour: lastFourOf(accountId),
  })
  await client.query(
    `INSERT INTO payments (payment_id, subscription_id, method_id, covers, currency, gross_micros, tax_micros, status,
                           provider_reference, created_at, settled_at)
     SELECT gen_random_uuid(), $1, $2, tstzrange(month, month + interval '1 month'), p.currency, p.amount_micros,
            div(p.amount_micros::numeric * p.tax_num, p.tax_den + p.tax_num), 'settled',
            'demo-' || $3 || to_char(month, '-YYYY-MM'), month, month + interval '2 minutes'
       FROM plan_prices p
       CROSS JOIN generate_series(date_trunc('month', now()) - make_interval(months => $6), date_trunc('month', now()), '1 month') AS month
      WHERE p.plan = $4 AND p.country = $5
     ON CONFLICT DO NOTHING`,
    [subscriptionId, methodId, accountId, plan, country, PAID_MONTHS - 1],
  )
}

/** Four digits that differ from person to person and stay the same. */
function lastFourOf(accountId: string): string {
  const sum = [...accountId].reduce((total, letter) => total * 31 + (letter.codePointAt(0) ?? 0), 7)
  return String(sum % 10_000).padStart(4, '0')
}
