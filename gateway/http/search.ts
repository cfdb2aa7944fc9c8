/** Owns `GET /v1/search`: as the message `search`, for whoever has no socket. */

import { isUp, refusalOf } from '../../protocol/validate.ts'
import { type SearchDesk, TooManySearches } from '../search-desk.ts'
import type { Subject } from '../token-verifier.ts'
import { type Answer, type Asked, failure, json } from './answer.ts'

export function createSearch(search: SearchDesk): (asked: Asked, subject: Subject) => Promise<Answer> {
  return async ({ query }, seeker) => {
    const whole = (name: string) => (query.has(name) ? { [name]: Number(query.get(name)) } : {})
    const kinds = query.get('kinds')?.split(',')
    const explicit = query.get('explicit')
    const wish = {
      type: 'search',
      id: 1,
      query: query.get('q') ?? '',
      ...(kinds === undefined ? {} : { kinds }),
      ...(explicit === null ? {} : { explicit: explicit === 'true' || (explicit === 'false' ? false : explicit) }),
      ...whole('offset'),
      ...whole('limit'),
    }
    if (!isUp(wish) || wish.type !== 'search') return failure('invalid_message', refusalOf(wish).message)
    const { type: _type, id: _id, ...asked } = wish
    try {
      return json(await search.find(asked, seeker))
    } catch (error) {
      if (error instanceof TooManySearches) return failure('overloaded', `${error.message}; try again`)
      throw error
    }
  }
}
