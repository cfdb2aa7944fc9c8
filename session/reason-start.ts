/** Owns why a stream is said to begin, where the gateway knows more of it than the client says: a suggestion stays one, however it is taken. Pure. */

import type { ReasonStart } from '../protocol/vocabulary.ts'
import { openAd } from './ad.ts'
import type { Session } from './session.ts'
import { AFTER_AD } from './up-next.ts'

/** Of `play`: what is picked from the list of what plays next was chosen for the listener. */
export function reasonOfPlay(
  { upNext }: Pick<Session, 'upNext'>,
  trackId: string,
  said: ReasonStart = 'unknown',
): ReasonStart {
  return said === 'pick' && upNext.some(({ track_id }) => track_id === trackId) ? 'queue' : said
}

/** Of `next`: what waited for the end of an advertisement begins for the reason that it was asked for. */
export function reasonOfNext(session: Session, said: 'next' | 'completed' | 'failed'): ReasonStart {
  const { state, upNext } = session
  if (state.at !== 'idle' && openAd(session) !== undefined && upNext[0]?.why === AFTER_AD)
    return state.stream.reasonStart
  return said === 'next' ? 'next' : 'queue'
}
