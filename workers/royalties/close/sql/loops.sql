-- Who began a track more than $3 times on a day, by what the month pays.
SELECT listener_id AS account, isrc, (started_at AT TIME ZONE 'UTC')::date::text AS day, count(*)::float8 AS amount
  FROM royalty_streams_of($1, $2) GROUP BY 1, 2, 3 HAVING count(*) > $3::bigint
