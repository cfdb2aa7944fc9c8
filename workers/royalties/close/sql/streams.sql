-- The streams that the month pays, by id.
SELECT stream_id, listener_id, isrc, artist_id, started_at, ms_played, territory, tier, reason_start, belongs_to, adjustment,
       started_at > least(noted_at, $2) + interval '5 minutes' AS is_future
  FROM royalty_streams_of($1, $2) ORDER BY stream_id
