-- From the play instruction to the moving playhead, by minute; minutes without a start are left out.
SELECT
  formatDateTime(toStartOfMinute(toDateTime(event_time)), '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS minute,
  quantileExact(0.5)(assumeNotNull(startup_ms)) AS p50,
  quantileExact(0.95)(assumeNotNull(startup_ms)) AS p95
FROM playback_events FINAL
WHERE id_hour >= toStartOfHour(now('UTC') - toIntervalMinute({minutes:UInt32}) - INTERVAL 1 HOUR)
  AND event_time >= now('UTC') - toIntervalMinute({minutes:UInt32})
  AND kind = 'started' AND startup_ms IS NOT NULL
GROUP BY minute
ORDER BY minute
