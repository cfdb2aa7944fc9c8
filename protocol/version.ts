/** Owns the names of the protocol on the wire. */

export const PROTOCOL_VERSION = 1

/** WebSocket subprotocols: the same messages, written as MessagePack (binary frames) or as JSON (text frames). */
export const SUBPROTOCOLS = { msgpack: 'segue.v1.msgpack', json: 'segue.v1.json' } as const
export type Encoding = keyof typeof SUBPROTOCOLS

/** The encoding that a subprotocol names, or undefined. */
export function encodingOf(subprotocol: string): Encoding | undefined {
  if (subprotocol === SUBPROTOCOLS.msgpack) return 'msgpack'
  if (subprotocol === SUBPROTOCOLS.json) return 'json'
  return undefined
}

/** In the query of the address: the client comes to resume. */
export const RESUMING = 'resume'
