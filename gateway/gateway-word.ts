/** Owns what gateways are told about sessions that they hold, by each other, by workers and by commands. */

import type { DeviceList } from '../infra/redis/account-store.ts'
import type { AnnouncedWord, NoticeWord } from '../protocol/events/account-word.ts'
import type { Commanded } from '../protocol/messages/commanded.ts'
import type { NamedDevice } from '../protocol/messages/devices.ts'

export type GatewayWord =
  /** A worker has something to say to the listener. */
  | NoticeWord
  /** Whoever runs the service has something to say to everybody. */
  | AnnouncedWord
  /** The session was taken over with `epoch`. */
  | { readonly kind: 'taken'; readonly session_id: string; readonly epoch: number }
  /** The stream lease of `fence` went to another device. */
  | { readonly kind: 'stopped'; readonly session_id: string; readonly fence: number; readonly by: NamedDevice }
  /** The devices of the account are now these. */
  | { readonly kind: 'devices'; readonly account_id: string; readonly list: DeviceList }
  /** Another device asks this session's to do something. */
  | {
      readonly kind: 'commanded'
      readonly session_id: string
      /** Of what the one that asks wants it done to: when the device was granted a lease since, it is not told. 0: whatever it plays. */
      readonly fence: number
      readonly message: Commanded
    }
  /** The device of the session was given another name in another session of it. */
  | { readonly kind: 'renamed'; readonly session_id: string; readonly name: string }
  /** The session is to go on with what `from` plays by the lease of `fence`. */
  | {
      readonly kind: 'take'
      readonly session_id: string
      readonly from: { readonly session_id: string; readonly device_id: string }
      readonly fence: number
    }
