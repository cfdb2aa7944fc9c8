/** Owns a word to everybody who is here: packed once, what comes together written in one go, a part of the sockets at a time. */

import { encodeMessage } from '../protocol/codec.ts'
import type { Notice } from '../protocol/messages/notice.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { send } from './outbox.ts'

/** So many take about twenty milliseconds: a heartbeat that comes meanwhile waits no longer. */
const SOCKETS_AT_A_TIME = 2_000

/** Who signs in while it is said may hear it too; N1 promises a notice to nobody. */
export function announce(context: Context, notice: Notice): void {
  context.announced.push(notice)
  if (context.announced.length === 1) context.after(0, () => begin(context))
}

function begin(context: Context): void {
  const notices = context.announced.splice(0)
  const frames = notices.map((notice) => encodeMessage(notice, 'msgpack') as Uint8Array)
  goOn(context, context.connections.values(), notices, frames)
}

function goOn(
  context: Context,
  sockets: Iterator<Connection>,
  notices: readonly Notice[],
  frames: readonly Uint8Array[],
): void {
  let to: Connection
  const sayAll = () => {
    for (const [index, notice] of notices.entries()) send(context, to, notice, frames[index])
  }
  let told = 0
  for (let left = SOCKETS_AT_A_TIME; left > 0; left -= 1) {
    const { value, done } = sockets.next()
    if (done === true) {
      count(context, notices, told)
      return
    }
    to = value
    if (to.state.at !== 'ready' || to.socket === undefined) continue
    to.socket.cork(sayAll)
    told += 1
  }
  count(context, notices, told)
  context.after(0, () => goOn(context, sockets, notices, frames))
}

function count({ metrics }: Context, notices: readonly Notice[], told: number): void {
  for (const { notice } of notices) metrics.notices.inc({ notice }, told)
}
