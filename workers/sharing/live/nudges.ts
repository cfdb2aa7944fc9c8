/** Owns asking an account to verify its household: seldom, remembered, and only when somebody of it is there to hear. */

import type { Pool } from '../../../infra/postgres/client.ts'
import type { Redis } from '../../../infra/redis/client.ts'
import { tellGatewaysOf } from '../../../infra/redis/gateway-channel.ts'
import type { NoticeWord } from '../../../protocol/events/account-word.ts'

const TEXT =
  'This account plays in more than one home. Its plan is for people who live together: please look at who uses it.'

export type NudgeResult = 'told' | 'away' | 'too_soon'

export interface NudgeParts {
  readonly pool: Pool
  readonly redis: Redis
  readonly everyDays: number
  /** The score from which an account is asked. */
  readonly from: number
}

/** Claimed before it is said: a crash between the two is a nudge less, never one more. */
export async function nudge({ pool, redis, everyDays, from }: NudgeParts, account: string): Promise<NudgeResult> {
  const { rows } = await pool.query<{ nudged_at: Date }>(
    `INSERT INTO sharing_nudges AS last (account, nudged_at)
     SELECT account, now() FROM sharing_cases WHERE account = $1 AND status <> 'wrong' AND score >= $2
     ON CONFLICT (account) DO UPDATE SET nudged_at = excluded.nudged_at
       WHERE last.nudged_at <= excluded.nudged_at - make_interval(days => $3)
     RETURNING nudged_at`,
    [account, from, everyDays],
  )
  if (rows.length === 0) return 'too_soon'
  const word: NoticeWord = {
    kind: 'notice',
    account_id: account,
    message: { type: 'notice', notice: 'verify-household', text: TEXT },
  }
  if ((await tellGatewaysOf(redis, account, word)) > 0) return 'told'
  // Nobody heard it: the next day that the account plays, it is due again.
  await pool.query('DELETE FROM sharing_nudges WHERE account = $1', [account])
  return 'away'
}
