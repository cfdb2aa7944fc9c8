-- The streams that a transfer of a run stands for: those of its track, territory and tier that counted in the month of the run, and the late ones it took in.
WITH subject AS (
  SELECT DISTINCT t.run_id, r.month, r.streams_until, p.isrc, p.territory, p.tier
    FROM ledger_transfers t JOIN ledger_postings p USING (transfer_id) JOIN royalty_runs r USING (run_id)
   WHERE t.transfer_id = $1 AND p.isrc IS NOT NULL
)
SELECT s.stream_id AS "streamId", s.listener_id AS "listenerId", s.started_at AS "startedAt", s.ms_played AS "msPlayed",
       to_char(a.belonged_to, 'YYYY-MM') AS "belongedTo"
  FROM subject u
  JOIN royalty_streams s ON s.isrc = u.isrc AND s.territory = u.territory AND s.tier = u.tier AND s.counted
  LEFT JOIN royalty_adjustments a USING (stream_id)
 WHERE CASE WHEN a.stream_id IS NULL
         THEN s.started_at >= u.month AT TIME ZONE 'UTC' AND s.started_at < (u.month + interval '1 month') AT TIME ZONE 'UTC'
              AND s.noted_at <= u.streams_until
         ELSE a.run_id = u.run_id END
 ORDER BY s.stream_id
