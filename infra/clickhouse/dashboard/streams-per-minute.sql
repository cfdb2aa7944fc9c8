-- Streams by the minute they started in; minutes without one are left out.
SELECT formatDateTime(toStartOfMinute(toDateTime(started_at)), '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS minute, uniqExact(stream_id) AS streams
FROM streams
WHERE id_hour >= toStartOfHour(now('UTC') - toIntervalMinute({minutes:UInt32}))
  AND started_at >= toStartOfMinute(now('UTC') - toIntervalMinute({minutes:UInt32} - 1))
GROUP BY minute
ORDER BY minute
