-- The tracks most played: streams that started in the range, and what was heard of those that ended.
SELECT toString(track_id) AS track_id, count() AS streams, sum(ifNull(s.ms_played, 0)) AS ms_played
FROM streams AS s FINAL
WHERE id_hour >= toStartOfHour(now('UTC') - toIntervalMinute({minutes:UInt32}))
  AND started_at >= now('UTC') - toIntervalMinute({minutes:UInt32})
GROUP BY track_id
ORDER BY streams DESC, ms_played DESC, track_id
LIMIT 10
