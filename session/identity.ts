/** Owns who a session belongs to, as every record says it. */

import type { StreamStarted } from '../protocol/events/playback-record.ts'

export type Identity = Pick<
  StreamStarted,
  'v' | 'account_id' | 'session_id' | 'device_id' | 'device_kind' | 'plan' | 'country'
>
