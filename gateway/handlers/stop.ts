/** Handles `stop`. */

import type { Stop } from '../../protocol/messages/stop.ts'
import { openAd } from '../../session/ad.ts'
import { stop } from '../../session/requests.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'
import { tellAnew } from '../up-next.ts'

export function onStop(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Stop,
  nowMs: number,
): void {
  // What was asked for is listed behind an advertisement, and stays.
  const ad = openAd(held.session)
  perform(context, connection, held, stop(held.session, message, nowMs), nowMs)
  if (ad === undefined && held.session.state.at === 'idle') tellAnew(context, connection, held)
}
