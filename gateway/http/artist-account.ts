/** Owns `GET /api/artists/:artist_id/account`: the streams that an artist is paid for, and those that are not. */

import { type Answer, type Asked, failure, json } from './answer.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function createArtistAccounts(
  read: (artistId: string) => Promise<object | undefined>,
): (asked: Asked) => Promise<Answer> {
  return async (asked) => {
    if (!UUID.test(asked.parameter)) return failure('invalid_message', 'artist_id: a UUID in lower case')
    const account = await read(asked.parameter)
    return account === undefined ? failure('not_found', 'there is no such artist') : json(account)
  }
}
