/** Owns what a worker says to the gateways that hold a device of an account, over their channels in Redis. */

import type { Notice } from '../messages/notice.ts'

/** Every session of the account that is held there is sent the notice. */
export interface NoticeWord {
  readonly kind: 'notice'
  readonly account_id: string
  readonly message: Notice
}
