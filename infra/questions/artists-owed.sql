-- What each artist is owed, and whether the ledger and the payouts agree with it.
--
-- A row an artist and currency. A stream is in the books when it was heard for 30 s or more, once, by its longest end, in the month, in UTC, in which it
-- began. counted: no bound was broken by the player's claim, so it is paid; uncounted: kept, with the bounds it broke, and not paid. Before the month is
-- closed there is no more to say: currency and amounts are null. earned: what the reckoning of the month gives to the holders of his tracks, in millionths of the
-- currency; agrees: the ledger has booked the same to them in the month. Of what is booked, paid is of holders whose payout the bank has made, pending of those who wait for theirs,
-- withheld the rest: an advance to be recouped, too little to be paid out, a payout that was voided.
WITH heard AS (
  SELECT artist_id,
         count(*) FILTER (WHERE counted)::int AS counted_streams,
         count(*) FILTER (WHERE NOT counted)::int AS uncounted_streams,
         coalesce(sum(ms_played) FILTER (WHERE counted), 0)::float8 AS counted_ms,
         count(*) FILTER (WHERE NOT counted AND 'claim-exceeds-elapsed' = ANY (flags))::int AS claim_exceeds_elapsed,
         count(*) FILTER (WHERE NOT counted AND 'claim-exceeds-granted' = ANY (flags))::int AS claim_exceeds_granted
    FROM royalty_streams
   WHERE started_at >= {month}::date::timestamp AT TIME ZONE 'UTC' AND started_at < ({month}::date + interval '1 month') AT TIME ZONE 'UTC'
   GROUP BY artist_id
)
SELECT artist_id,
       coalesce(counted_streams, 0) AS counted_streams, coalesce(uncounted_streams, 0) AS uncounted_streams, coalesce(counted_ms, 0) AS counted_ms,
       coalesce(claim_exceeds_elapsed, 0) AS claim_exceeds_elapsed, coalesce(claim_exceeds_granted, 0) AS claim_exceeds_granted,
       d.currency, d.earned_micros, d.booked_micros = d.earned_micros AS agrees, d.booked_micros, d.paid_micros, d.pending_micros,
       d.booked_micros - d.paid_micros - d.pending_micros AS withheld_micros
  FROM heard FULL JOIN (SELECT * FROM artist_dues WHERE month = {month}::date) AS d USING (artist_id)
 ORDER BY counted_streams DESC, artist_id, d.currency
 LIMIT {limit}
