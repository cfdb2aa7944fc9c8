-- From the gateway's clock when it took an event to ClickHouse's when the row was written, for what came last.
SELECT if(count() = 0, NULL, quantileExact(0.95)(lag_ms)) AS p95_ms
FROM (
  SELECT greatest(0, toUnixTimestamp64Milli(ingested_at) - toUnixTimestamp64Milli(server_time)) AS lag_ms
  FROM playback_events
  WHERE id_hour >= toStartOfHour(now('UTC') - INTERVAL 2 HOUR)
    AND ingested_at >= now('UTC') - INTERVAL 5 MINUTE
)
