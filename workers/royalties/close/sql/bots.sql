-- Who played more than $3 minutes on a day, by what the month pays.
SELECT listener_id AS account, NULL AS isrc, (started_at AT TIME ZONE 'UTC')::date::text AS day, sum(ms_played)::float8 AS amount
  FROM royalty_streams_of($1, $2) GROUP BY 1, 3 HAVING sum(ms_played) > $3::bigint * 60000
