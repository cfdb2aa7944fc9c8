-- How often, and by how many, tracks were heard in the twelve months that end with this one.
SELECT isrc, count(*)::int AS streams, count(DISTINCT listener_id)::int AS listeners
  FROM royalty_streams_counted($2)
 WHERE started_at >= ($1::date - interval '11 months') AT TIME ZONE 'UTC' AND started_at < ($1::date + interval '1 month') AT TIME ZONE 'UTC'
 GROUP BY isrc
