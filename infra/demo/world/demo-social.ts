/** Owns what the people of the demo gather and follow, each entry made in the name of who made it. */

import { artistIdOf, demoIdOf } from '../../catalog/catalog-ids.ts'
import type { Pool, PoolClient } from '../../postgres/client.ts'
import { speakAs } from '../../postgres/speak-as.ts'
import { userIdOf } from './demo-accounts.ts'

interface DemoPlaylist {
  readonly title: string
  readonly owner: string
  readonly visibility: 'private' | 'public'
  readonly members: readonly string[]
  /** Who adds which tracks, by their places in the demo catalog, one after another. */
  readonly adds: readonly { readonly by: string; readonly track: number }[]
}

const PLAYLISTS: readonly DemoPlaylist[] = [
  {
    title: 'Tram in the rain',
    owner: 'acct-ada',
    visibility: 'private',
    members: ['acct-freya', 'acct-noor'],
    adds: [
      { by: 'acct-ada', track: 0 },
      { by: 'acct-freya', track: 2 },
      { by: 'acct-noor', track: 1 },
      { by: 'acct-ada', track: 2 },
    ],
  },
  {
    title: 'Sunday kitchen',
    owner: 'acct-diego',
    visibility: 'public',
    members: [],
    adds: [
      { by: 'acct-diego', track: 1 },
      { by: 'acct-diego', track: 0 },
    ],
  },
]

const FOLLOWS: readonly (readonly [account: string, artist: string])[] = [
  ['acct-ada', 'Hedwig Sorrel'],
  ['acct-chiyo', 'Nine Paper Lanterns'],
  ['acct-diego', 'Nine Paper Lanterns'],
  ['acct-freya', 'Hedwig Sorrel'],
]

/** As the gateway would: under the policies of its role. */
export async function seedSocial(admin: Pool, nowMs: number): Promise<void> {
  const as = <T>(account: string, work: (client: PoolClient) => Promise<T>) =>
    speakAs(admin, { role: 'gateway', userId: userIdOf(account) }, work)
  for (const playlist of PLAYLISTS) await seedPlaylist(as, playlist, nowMs)
  for (const [account, artist] of FOLLOWS) {
    await as(account, (client) =>
      client.query(
        'INSERT INTO follows (user_id, artist_id) SELECT $1, artist_id FROM artists WHERE artist_id = $2 ON CONFLICT DO NOTHING',
        [userIdOf(account), artistIdOf(artist)],
      ),
    )
  }
  await as('acct-chiyo', (client) =>
    client.query(
      'INSERT INTO blocked_artists (user_id, artist_id) SELECT $1, artist_id FROM artists WHERE artist_id = $2 ON CONFLICT DO NOTHING',
      [userIdOf('acct-chiyo'), artistIdOf('Hedwig Sorrel')],
    ),
  )
}

type As = <T>(account: string, work: (client: PoolClient) => Promise<T>) => Promise<T>

async function seedPlaylist(
  as: As,
  { title, owner, visibility, members, adds }: DemoPlaylist,
  nowMs: number,
): Promise<void> {
  const playlistId = demoIdOf(`playlist ${title}`)
  const editedAt = (edit: number) => new Date(nowMs - (adds.length - edit) * 3_600_000)
  const tracks = await as(owner, async (client) => {
    const { rowCount } = await client.query(
      `INSERT INTO playlists (playlist_id, owner_id, title, visibility, is_collaborative) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [playlistId, userIdOf(owner), title, visibility, members.length > 0],
    )
    if (rowCount === 0) return []
    await client.query(
      `INSERT INTO playlist_edits (playlist_id, edited_at, user_id, kind, title) VALUES ($1, $2, $3, 'create', $4)`,
      [playlistId, editedAt(-1), userIdOf(owner), title],
    )
    for (const member of members) {
      await client.query('INSERT INTO playlist_members (playlist_id, user_id) VALUES ($1, $2)', [
        playlistId,
        userIdOf(member),
      ])
    }
    const { rows } = await client.query<{ track_id: string }>(
      `SELECT track_id FROM tracks WHERE isrc LIKE 'XXDEM%' AND status = 'available' ORDER BY isrc`,
    )
    return rows.map(({ track_id }) => track_id)
  })
  for (const [index, { by, track }] of adds.entries()) {
    const trackId = tracks[track]
    if (trackId === undefined) continue
    const entry = [playlistId, demoIdOf(`entry ${title} ${index}`), trackId, `V${index}`, userIdOf(by), editedAt(index)]
    await as(by, async (client) => {
      await client.query(
        'INSERT INTO playlist_tracks (playlist_id, entry_id, track_id, position, added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6)',
        entry,
      )
      await client.query(
        `INSERT INTO playlist_edits (playlist_id, entry_id, track_id, position, user_id, edited_at, kind) VALUES ($1, $2, $3, $4, $5, $6, 'add')`,
        entry,
      )
    })
  }
}
