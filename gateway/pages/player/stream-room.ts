/** Owns the way on when every stream of the plan is in use: the listener says which device is to stop, if any. */

import { type PlayWish, SegueError } from '../../../protocol/client/index.ts'

export type Conflict = SegueError['conflicts'][number]

/** Resolves with the device to stop; undefined: none of them. */
export type Choose = (conflicts: readonly Conflict[]) => Promise<string | undefined>

/** Asks the gateway; where it denies a stream, asks the listener, and the gateway once more. */
export async function withRoom<Answer>(
  choose: Choose,
  ask: (wish: Pick<PlayWish, 'instead_of_device_id'>) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask({})
  } catch (error) {
    if (!(error instanceof SegueError) || error.code !== 'stream_limit' || error.conflicts.length === 0) throw error
    const deviceId = await choose(error.conflicts)
    if (deviceId === undefined) throw error
    return ask({ instead_of_device_id: deviceId })
  }
}
