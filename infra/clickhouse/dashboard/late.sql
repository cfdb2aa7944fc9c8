-- What came after its hour had closed, by the hour in which it came.
SELECT
  formatDateTime(arrived_hour, '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS hour,
  countIf(source = 'playback_events') AS events, countIf(source = 'streams') AS streams
FROM late_events FINAL
WHERE arrived_hour >= {from:DateTime('UTC')} AND arrived_hour < {to:DateTime('UTC')}
GROUP BY hour
ORDER BY hour
