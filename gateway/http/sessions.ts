/** Owns the addresses of sessions: one as it went, and the latest of the account that a sharing case is about. */

import { type Answer, type Asked, failure, json } from './answer.ts'

export interface Sessions {
  /** Undefined: there is no such session. */
  timeline(sessionId: string): Promise<object | undefined>
  /** Undefined: there is no such case. */
  ofCase(caseId: string): Promise<object | undefined>
}

/** By its version it says when it was made. */
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function createSessionTimeline({ timeline }: Sessions) {
  return async ({ parameter }: Asked): Promise<Answer> => {
    if (!UUID_V7.test(parameter)) return failure('invalid_message', 'session_id: a UUIDv7 in lower case')
    const found = await timeline(parameter)
    return found === undefined ? failure('not_found', 'there is no such session') : json(found)
  }
}

export function createCaseSessions({ ofCase }: Sessions) {
  return async ({ parameter }: Asked): Promise<Answer> => {
    if (!UUID.test(parameter)) return failure('invalid_message', 'case_id: a UUID in lower case')
    const found = await ofCase(parameter)
    return found === undefined ? failure('not_found', 'there is no such case') : json(found)
  }
}
