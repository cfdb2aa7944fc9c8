-- From the gateway's clock when it took an event to ClickHouse's when the row was written, by the minute in which it was written; and, under
-- no minute, of what came since {recent}.
SELECT at, count() AS events, quantilesExact(0.5, 0.95, 0.99)(ms) AS lag_ms
FROM (
  SELECT
    formatDateTime(toStartOfMinute(toDateTime(ingested_at)), '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS arrived,
    arrayJoin(if(ingested_at >= {recent:DateTime('UTC')}, ['', arrived], [arrived])) AS at,
    greatest(0, toUnixTimestamp64Milli(ingested_at) - toUnixTimestamp64Milli(server_time)) AS ms
  FROM playback_events
  WHERE ingested_at >= {from:DateTime('UTC')} AND ingested_at < {to:DateTime('UTC')}
)
GROUP BY at
ORDER BY at
