/** Owns which device may be asked by which, for `transfer` and `command`. */

import type { SeenDevice } from '../../infra/redis/account-store.ts'
import type { ErrorName } from '../../protocol/errors.ts'
import { refuse } from '../../session/answers.ts'
import type { Session } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'

const WHY = {
  device_away: 'that device is not there, or has nothing to go on with',
  forbidden: 'that device is of another member of the account',
  stale_fence: 'that device was granted another lease since; see the newest `devices`',
} as const satisfies Partial<Record<ErrorName, string>>

type Refusal = keyof typeof WHY

/** @param fence of the device as the caller knows it; undefined: whatever it is now */
export function mayControl(
  session: Session,
  device: Pick<SeenDevice, 'member' | 'fence'> | undefined,
  fence: number | undefined,
): Refusal | undefined {
  if (device === undefined) return 'device_away'
  if (device.member !== session.device.member) return 'forbidden'
  return fence !== undefined && fence < device.fence ? 'stale_fence' : undefined
}

export function answerRefused(
  context: Context,
  connection: Connection,
  held: HeldSession,
  re: number,
  refusal: Refusal,
): void {
  perform(context, connection, held, refuse(held.session, re, refusal, WHY[refusal]), context.now())
}
