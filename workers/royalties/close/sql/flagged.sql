-- Streams of the month that the books keep and do not pay (M3), by track and flags: they weigh nothing, and it is told why.
SELECT isrc, flags, count(*)::int AS streams
  FROM royalty_streams s
 WHERE NOT counted AND noted_at <= $2 AND started_at >= $1::date::timestamp AT TIME ZONE 'UTC' AND started_at < ($1::date + interval '1 month') AT TIME ZONE 'UTC'
   AND NOT EXISTS (SELECT FROM royalty_withdrawals w WHERE w.stream_id = s.stream_id AND w.counted_at <= $2 AND w.withdrawn_at > $2)
 GROUP BY 1, 2
