/** Owns the check that what is asked of one stream never happens to another, by what a client is answered. */

import type { Playback } from '../../protocol/messages/playback.ts'
import type { Request } from './client-witness.ts'

/** What went wrong, in words; undefined: nothing. `known` is the stream that the client knew to be open until now. */
export function wrongStream(request: Request, answer: Playback, known: string | undefined): string | undefined {
  if (!('stream_id' in request) || request.stream_id === undefined || request.type === 'command') return undefined
  const { id, type, stream_id: named } = request
  if (type === 'next') {
    if (known === undefined || known === named) return undefined
    return `${type} ${id} of ${named} ended ${known}`
  }
  if (type === 'play' && request.track_id !== undefined) return undefined
  return answer.stream_id === named ? undefined : `${type} ${id} of ${named} was done to ${answer.stream_id}`
}
