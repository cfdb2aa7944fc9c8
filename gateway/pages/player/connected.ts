/** Owns waiting for the connection: a click in the first moment, or while it is being renewed, is not lost. */

import { type Client, SegueError } from '../../../protocol/client/index.ts'

const PATIENCE_MS = 8_000

/** Resolves when `client` is connected. @throws {SegueError} `disconnected` when that takes too long or is over. */
export async function connected(client: Client): Promise<void> {
  if (client.state === 'connected') return
  await new Promise<void>((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer)
      stop()
      act()
    }
    const fail = () => reject(new SegueError('disconnected', 'there is no connection', true))
    const timer = setTimeout(() => settle(fail), PATIENCE_MS)
    const stop = client.on('state', ({ state }) => {
      if (state === 'connected') settle(resolve)
      if (state === 'failed' || state === 'closed') settle(fail)
    })
  })
}
