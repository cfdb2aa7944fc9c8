-- As listeners-now, whatever the country: an account that listens in two counts once.
WITH now64(3, 'UTC') - INTERVAL 60 SECOND AS since
SELECT uniqExact(account_id) AS listeners
FROM streams FINAL
WHERE id_hour >= toStartOfHour(now('UTC') - INTERVAL 1 DAY)
  AND ended_at IS NULL
  AND (started_at >= since OR stream_id IN (
        SELECT stream_id FROM playback_events
        WHERE id_hour >= toStartOfHour(now('UTC') - INTERVAL 2 HOUR) AND server_time >= since))
