/** Owns what a session's device is called, as that changes. */

import { done } from './answers.ts'
import { type Effect, SAVE, SHOW } from './effect.ts'
import type { Session } from './session.ts'

/** @param re undefined: another session of the device was asked */
export function rename(session: Session, re: number | undefined, name: string): readonly Effect[] {
  session.device = { ...session.device, name }
  return re === undefined ? [SHOW, SAVE] : [SHOW, ...done(session, re)]
}
