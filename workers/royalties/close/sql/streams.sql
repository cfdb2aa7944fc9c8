-- The streams that the month pays, by id.
SELECT stream_id AS id, listener_id AS account, isrc, artist_id AS artist, to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "startedAt",
       ms_played AS "msPlayed", territory, tier, reason_start AS "reasonStart", to_char(belongs_to, 'YYYY-MM') AS "belongsTo", adjustment,
       started_at > least(noted_at, $2) + interval '5 minutes' AS "isFuture"
  FROM royalty_streams_of($1, $2) ORDER BY stream_id
