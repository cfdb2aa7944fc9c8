/** Owns a word to everybody who is here: packed once, what comes together written in one go, a part of the sockets at a time. */

import { Value } from '@sinclair/typebox/value'
import { encodeMessage } from '../protocol/codec.ts'
import { type Notice, Notice as NoticeSchema } from '../protocol/messages/notice.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { send } from './outbox.ts'

/** So many take about twenty milliseconds: a heartbeat that comes meanwhile waits no longer. */
const SOCKETS_AT_A_TIME = 2_000

/** A notice, and its frame in MessagePack. */
export interface Announced {
  readonly notice: Notice
  readonly frame: Uint8Array
}

/**
 * Who signs in or resumes while it is said may hear it too, or twice; N1 promises a notice to nobody.
 * @throws {Error} when the word is no notice: it came from elsewhere.
 */
export function announce(context: Context, notice: Notice): void {
  if (!Value.Check(NoticeSchema, notice)) throw new Error('what everybody is to be told is no notice')
  context.announced.push({ notice, frame: encodeMessage(notice, 'msgpack') as Uint8Array })
  if (context.announced.length === 1) context.after(0, () => begin(context))
}

function begin(context: Context): void {
  goOn(context, context.connections.values(), context.announced.splice(0))
}

function goOn(context: Context, sockets: Iterator<Connection>, words: readonly Announced[]): void {
  let to: Connection
  const sayAll = () => {
    for (const { notice, frame } of words) send(context, to, notice, frame)
  }
  let told = 0
  for (let left = SOCKETS_AT_A_TIME; left > 0; left -= 1) {
    const { value, done } = sockets.next()
    if (done === true) {
      count(context, words, told)
      return
    }
    to = value
    if (to.state.at !== 'ready' || to.socket === undefined || to.closing !== undefined) continue
    to.socket.cork(sayAll)
    told += 1
  }
  count(context, words, told)
  context.after(0, () => goOn(context, sockets, words))
}

function count({ metrics }: Context, words: readonly Announced[], told: number): void {
  for (const { notice } of words) metrics.notices.inc({ notice: notice.notice }, told)
}
