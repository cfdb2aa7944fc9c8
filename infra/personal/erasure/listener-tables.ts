/** Owns the table of PostgreSQL's tables that have rows of listeners: what becomes of them when one is erased, and what of them he is given when he asks for his data. */

/** In every statement there is `who`: user_id (null where he has no row), account_id, pseudonym. */
const USER = '(SELECT user_id FROM who)'
const ACCOUNT = '(SELECT account_id FROM who)'
const PSEUDONYM = '(SELECT pseudonym FROM who)'

const OTHERS = 'FROM playlist_members m WHERE m.playlist_id = p.playlist_id AND m.user_id <> p.owner_id'
/** A collaborative playlist with other members is theirs as well: it stays. Its title was the owner's words, and goes. */
const OWN_PLAYLISTS = `
  (SELECT p.playlist_id FROM playlists p WHERE p.owner_id = ${USER} AND NOT (p.is_collaborative AND p.deleted_at IS NULL
    AND EXISTS (SELECT ${OTHERS})))`
const OWN_SUBSCRIPTIONS = `(SELECT subscription_id FROM subscriptions WHERE payer_id = ${USER})`

export interface ListenerTable {
  /** In their order; none: it is kept as it is, for the reason in `kept`. */
  readonly erase: readonly string[]
  readonly kept?: string
  /** Which rows are his, as the end of a SELECT; undefined: he is not given them, for the reason in `kept`. */
  readonly exports?: string
}

const deleted = (table: string, where: string): ListenerTable => ({
  erase: [`DELETE FROM ${table} WHERE ${where}`],
  exports: where,
})
const unnamed = (table: string): ListenerTable => ({
  erase: [`UPDATE ${table} SET user_id = NULL WHERE user_id = ${USER}`],
  exports: `user_id = ${USER}`,
})
const MONEY = 'the law keeps books for ten years; it is under the user id, which names nobody once the rest is gone'

/** In the order in which they are gone over: what refers to another comes before it. */
export const LISTENER_TABLES: Readonly<Record<string, ListenerTable>> = {
  personal_fields: { erase: [], kept: 'goes with its key; is opened for an export' },
  listener_keys: { erase: [`DELETE FROM listener_keys WHERE user_id = ${USER}`], kept: 'a key is not told to anybody' },
  payments: {
    erase: [
      `UPDATE payments SET method_id = NULL WHERE method_id IN (SELECT method_id FROM payment_methods WHERE user_id = ${USER})`,
    ],
    kept: MONEY,
    exports: `subscription_id IN ${OWN_SUBSCRIPTIONS}`,
  },
  refunds: {
    erase: [],
    kept: MONEY,
    exports: `payment_id IN (SELECT payment_id FROM payments WHERE subscription_id IN ${OWN_SUBSCRIPTIONS})`,
  },
  payment_methods: deleted('payment_methods', `user_id = ${USER}`),
  subscriptions: { erase: [], kept: MONEY, exports: `payer_id = ${USER}` },
  subscription_members: { erase: [], kept: MONEY, exports: `user_id = ${USER}` },
  follows: {
    erase: [`DELETE FROM follows WHERE user_id = ${USER} OR followed_id = ${USER} OR playlist_id IN ${OWN_PLAYLISTS}`],
    exports: `user_id = ${USER}`,
  },
  blocked_artists: deleted('blocked_artists', `user_id = ${USER}`),
  dismissed_tracks: deleted('dismissed_tracks', `user_id = ${USER}`),
  impressions: unnamed('impressions'),
  withheld_ads: unnamed('withheld_ads'),
  playlist_tracks: {
    erase: [
      `DELETE FROM playlist_tracks WHERE playlist_id IN ${OWN_PLAYLISTS}`,
      `UPDATE playlist_tracks SET added_by = NULL WHERE added_by = ${USER}`,
    ],
    exports: `added_by = ${USER} OR playlist_id IN ${OWN_PLAYLISTS}`,
  },
  playlist_edits: {
    erase: [
      `UPDATE playlist_edits SET user_id = NULL, title = CASE WHEN title IS NOT NULL THEN '(erased)' END WHERE user_id = ${USER}`,
    ],
    exports: `user_id = ${USER}`,
  },
  playlist_members: {
    erase: [`DELETE FROM playlist_members WHERE user_id = ${USER} OR playlist_id IN ${OWN_PLAYLISTS}`],
    exports: `user_id = ${USER}`,
  },
  playlists: {
    erase: [
      `UPDATE playlists SET title = '(erased)', visibility = 'private',
              deleted_at = CASE WHEN playlist_id IN ${OWN_PLAYLISTS} THEN coalesce(deleted_at, now()) END
        WHERE owner_id = ${USER}
          AND (title <> '(erased)' OR visibility <> 'private' OR deleted_at IS NULL AND playlist_id IN ${OWN_PLAYLISTS})`,
    ],
    exports: `owner_id = ${USER}`,
  },
  sharing_case_history: deleted('sharing_case_history', `account = ${ACCOUNT}`),
  sharing_cases: deleted('sharing_cases', `account = ${ACCOUNT}`),
  sharing_states: deleted('sharing_states', `account = ${ACCOUNT}`),
  sharing_nudges: deleted('sharing_nudges', `account = ${ACCOUNT}`),
  royalty_streams: {
    erase: [
      `UPDATE royalty_streams SET listener_id = ${PSEUDONYM}, device_id = 'erased' WHERE listener_id = ${ACCOUNT}`,
    ],
    exports: `listener_id = ${ACCOUNT}`,
  },
  users: {
    erase: [
      `UPDATE users SET account_id = ${PSEUDONYM}, language = 'en', hears_explicit = true, closed_at = coalesce(closed_at, now())
        WHERE account_id = ${ACCOUNT}`,
    ],
    exports: `account_id = ${ACCOUNT}`,
  },
  audit_log: { erase: [], kept: 'says which row was changed by whom, and no value of a listener' },
  erasures: { erase: [], kept: 'forgets the account with the last pass' },
}

/** Those whose rows are under the account itself, and which they are: of somebody who has none, no user need be known. */
export const BY_ACCOUNT = Object.entries(LISTENER_TABLES).flatMap(([table, { exports }]) =>
  exports?.includes(ACCOUNT) ? [{ table, exports }] : [],
)

/**
 * What became the members' own has an owner among them again, who may name it: whoever is a member for longest. With the last pass,
 * for until then it is by its owner that titles are looked for where they are searched.
 */
export const LEAVE_TO_MEMBERS = `
  UPDATE playlists p SET owner_id = (SELECT m.user_id ${OTHERS} ORDER BY m.joined_at, m.user_id LIMIT 1)
   WHERE p.owner_id = ${USER} AND p.deleted_at IS NULL AND EXISTS (SELECT ${OTHERS})`

export interface Who {
  readonly userId: string | null
  readonly accountId: string
  readonly pseudonym: string
}

/** A statement of the table with its parameters. */
export const asked = (sql: string, { userId, accountId, pseudonym }: Who): [sql: string, params: (string | null)[]] => [
  `WITH who AS (SELECT $1::uuid AS user_id, $2::text AS account_id, $3::text AS pseudonym) ${sql}`,
  [userId, accountId, pseudonym],
]
