/** Owns `commanded`: another device of the listener asks this one to do something. */

import type { Static } from '@sinclair/typebox'
import { Message } from '../fields.ts'
import { CommandFields } from './command.ts'
import { NamedDevice } from './devices.ts'

export const Commanded = Message(
  'commanded',
  'Another device asks: the player does it as if its own listener had, by a request of its own where one is needed.',
  { by: NamedDevice, ...CommandFields },
)
export type Commanded = Static<typeof Commanded>
