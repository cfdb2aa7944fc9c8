/** Owns what workers and commands say to gateways, over their channels in Redis. */

import type { Notice } from '../messages/notice.ts'

/** Every session of the account that is held there is sent the notice. */
export interface NoticeWord {
  readonly kind: 'notice'
  readonly account_id: string
  readonly message: Notice
}

/** Every session is sent the notice. */
export interface AnnouncedWord {
  readonly kind: 'announced'
  readonly message: Notice
}
