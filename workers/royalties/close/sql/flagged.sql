-- Streams of the month that the books keep and do not pay (M3), by track and flags: they weigh nothing, and it is told why.
SELECT isrc, flags, count(*)::int AS streams
  FROM royalty_streams
 WHERE NOT counted AND noted_at <= $2 AND started_at >= $1::date::timestamp AT TIME ZONE 'UTC' AND started_at < ($1::date + interval '1 month') AT TIME ZONE 'UTC'
 GROUP BY 1, 2
