-- From the play instruction to the moving playhead, over the whole range.
SELECT
  count() AS samples,
  if(samples = 0, NULL, quantileExact(0.5)(ms)) AS p50,
  if(samples = 0, NULL, quantileExact(0.95)(ms)) AS p95
FROM (
  SELECT assumeNotNull(startup_ms) AS ms
  FROM playback_events FINAL
  WHERE id_hour >= toStartOfHour(now('UTC') - toIntervalMinute({minutes:UInt32}) - INTERVAL 1 HOUR)
    AND event_time >= now('UTC') - toIntervalMinute({minutes:UInt32})
    AND kind = 'started' AND startup_ms IS NOT NULL
)
