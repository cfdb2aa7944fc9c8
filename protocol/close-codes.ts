/** Owns the table of WebSocket close codes. 4000-4499: connect again. 4500-4999: do not, the same attempt would fail again. */

export interface CloseEntry {
  readonly code: number
  readonly meaning: string
}

export const CLOSE_CODES = {
  going_away: { code: 4000, meaning: 'the gateway is leaving; reconnect at the slot of `goaway`' },
  heartbeat_timeout: { code: 4001, meaning: 'no message arrived for two heartbeat intervals' },
  authenticate_timeout: { code: 4002, meaning: 'no `authenticate` arrived in time' },
  slow_consumer: {
    code: 4003,
    meaning: 'the client does not read what it is sent; it may see 1006 instead, as it does not read',
  },
  internal: { code: 4004, meaning: 'a defect of the gateway, noted in its log' },
  overloaded: { code: 4005, meaning: 'too many sockets or sign-ins; wait longer before each attempt' },
  token_expired: { code: 4006, meaning: 'the token has expired; connect again with a fresh one' },
  identity_unavailable: { code: 4007, meaning: 'the keys of the issuer cannot be fetched' },
  ticket_invalid: { code: 4008, meaning: 'the ticket is not one of ours, or for another session; authenticate' },
  ticket_used: { code: 4009, meaning: 'the session was resumed with a newer ticket; authenticate' },
  too_many_requests: {
    code: 4010,
    meaning: 'the client kept sending more than `hello` allows; wait longer before each attempt',
  },
  token_malformed: { code: 4500, meaning: 'the token is not a JWT' },
  token_algorithm: { code: 4501, meaning: 'the token is unsigned, or signed by an algorithm that is not allowed' },
  token_signature: { code: 4502, meaning: 'the signature is wrong or by an unknown key' },
  token_issuer: { code: 4503, meaning: 'the token is of another issuer' },
  token_audience: { code: 4504, meaning: 'the token is for another audience' },
  token_claims: { code: 4505, meaning: 'the token lacks a claim or is not yet valid' },
  not_authenticated: { code: 4506, meaning: 'a message came before `authenticate`' },
  already_authenticated: { code: 4507, meaning: '`authenticate` came twice' },
  frame_too_large: { code: 4508, meaning: 'a frame was longer than `max_frame_bytes`' },
  resumed_elsewhere: { code: 4510, meaning: 'the session goes on over another socket' },
  too_many_errors: { code: 4509, meaning: 'the client kept sending what is refused' },
  token_revoked: { code: 4511, meaning: 'the sign-in that the token is of has ended; sign in anew' },
} as const satisfies Record<string, CloseEntry>

export type CloseName = keyof typeof CLOSE_CODES

/** Whether a client should connect again after `code`. Codes that are not ours (1006: the line broke) say yes. */
export function isRetriableClose(code: number): boolean {
  return code < 4500 || code > 4999
}

/** The name of a close code, for logs and notices. */
export function closeName(code: number): CloseName | 'unknown' {
  for (const [name, entry] of Object.entries(CLOSE_CODES)) {
    if (entry.code === code) return name as CloseName
  }
  return 'unknown'
}
