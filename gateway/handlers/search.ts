/** Handles `search`: asked at once, whatever waits for its turn; so many at a time. What is looked for by its name may be what plays next. */

import { DependencyAway } from '../../infra/runtime/dependency.ts'
import type { Search } from '../../protocol/messages/search.ts'
import { soughtIn } from '../../session/sought.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import type { HeldSession } from '../held-session.ts'
import { refuse, send } from '../outbox.ts'
import { TooManySearches } from '../search-desk.ts'
import { tellAnew } from '../up-next.ts'

/** Whoever types fast has an answer or two still to come. */
const MOST_UNDER_WAY = 4
const TRY_AGAIN_MS = 250
const AWAY_MS = 2_000

export async function onSearch(
  context: Context,
  connection: Connection,
  held: HeldSession,
  { id, type: _, ...wish }: Search,
): Promise<void> {
  if (connection.searchesUnderWay >= MOST_UNDER_WAY) {
    const why = `more than ${MOST_UNDER_WAY} searches at a time`
    refuse(context, connection, 'too_many_requests', why, { re: id, retryAfterMs: TRY_AGAIN_MS })
    return
  }
  connection.searchesUnderWay += 1
  connection.newestSearch = id
  try {
    const { account_id: accountId, country } = held.session.who
    const finding = await context.search.find(wish, { accountId, country })
    if (connection.state.at !== 'ready') return
    send(context, connection, { type: 'found', re: id, ...finding })
    const sought = connection.newestSearch === id && !wish.offset ? soughtIn(finding.hits) : []
    if (sought.length === 0) return
    held.sought = sought
    tellAnew(context, connection, held)
  } catch (error) {
    if (!(error instanceof DependencyAway || error instanceof TooManySearches)) throw error
    if (connection.state.at !== 'ready') return
    if (error instanceof TooManySearches)
      refuse(context, connection, 'overloaded', error.message, { re: id, retryAfterMs: TRY_AGAIN_MS })
    else
      refuse(context, connection, 'unavailable', `${error.message} now; try again`, { re: id, retryAfterMs: AWAY_MS })
  } finally {
    connection.searchesUnderWay -= 1
  }
}
