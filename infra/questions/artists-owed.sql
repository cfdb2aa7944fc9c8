-- What each artist is owed, and whether the payouts agree with it: today the streams that are owed, from the books of royalties.
--
-- A stream is in the books when it was heard for 30 s or more, once, by its longest end. counted: no bound was broken by the player's claim, so it is
-- paid; uncounted: kept, with the bounds it broke, and not paid. A stream belongs to the month, in UTC, in which it began. There is no ledger of payouts
-- yet: what is compared with them, counted streams by artist and month, is all that can be said.
SELECT
  artist_id,
  count(*) FILTER (WHERE counted)::int AS counted_streams,
  count(*) FILTER (WHERE NOT counted)::int AS uncounted_streams,
  coalesce(sum(ms_played) FILTER (WHERE counted), 0)::float8 AS counted_ms,
  count(*) FILTER (WHERE 'claim-exceeds-elapsed' = ANY (flags))::int AS claim_exceeds_elapsed,
  count(*) FILTER (WHERE 'claim-exceeds-granted' = ANY (flags))::int AS claim_exceeds_granted
FROM royalty_streams
WHERE started_at >= {month}::date AT TIME ZONE 'UTC' AND started_at < ({month}::date + interval '1 month') AT TIME ZONE 'UTC'
GROUP BY artist_id
ORDER BY counted_streams DESC, artist_id
LIMIT {limit}
