/** Owns the AsyncAPI 3 document: made from the message schemas alone, so that it cannot differ from what is checked. */

import type { TSchema } from '@sinclair/typebox'
import { CLOSE_CODES } from '../close-codes.ts'
import { ERRORS } from '../errors.ts'
import { DOWN_MESSAGES } from '../messages/down.ts'
import { UP_MESSAGES } from '../messages/up.ts'
import { PROTOCOL_VERSION, SUBPROTOCOLS } from '../version.ts'

export function asyncApiDocument(): object {
  const up = Object.keys(UP_MESSAGES)
  const down = Object.keys(DOWN_MESSAGES)
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Segue',
      version: `${PROTOCOL_VERSION}.0.0`,
      description: 'One WebSocket between a player and the gateway. SPEC.md has the rules; here are the shapes.',
    },
    defaultContentType: 'application/msgpack',
    servers: {
      development: { host: '127.0.0.1:18080', pathname: '/ws', protocol: 'ws', description: '`npm start`' },
    },
    channels: {
      session: {
        address: '/ws',
        description: `Subprotocols: ${Object.values(SUBPROTOCOLS).join(', ')}.`,
        messages: Object.fromEntries([...up, ...down].map((name) => [name, ref(`components/messages/${name}`)])),
        bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
        'x-close-codes': CLOSE_CODES,
        'x-errors': ERRORS,
      },
    },
    operations: {
      receiveFromPlayer: operation('receive', 'What the player sends.', up),
      sendToPlayer: operation('send', 'What the gateway sends.', down),
    },
    components: {
      messages: Object.fromEntries(
        Object.entries<TSchema>({ ...UP_MESSAGES, ...DOWN_MESSAGES }).map(([name, schema]) => [
          name,
          { name, title: name, summary: schema.description, payload: schema },
        ]),
      ),
    },
  }
}

function operation(action: 'send' | 'receive', summary: string, names: readonly string[]): object {
  return {
    action,
    summary,
    channel: ref('channels/session'),
    messages: names.map((name) => ref(`channels/session/messages/${name}`)),
  }
}

function ref(path: string): object {
  return { $ref: `#/${path}` }
}
