-- Accounts with an open stream and a sign of life in the last minute: its start, or any event of it.
WITH now64(3, 'UTC') - INTERVAL 60 SECOND AS since
SELECT country, uniqExact(account_id) AS listeners
FROM streams FINAL
WHERE id_hour >= toStartOfHour(now('UTC') - INTERVAL 1 DAY)
  AND ended_at IS NULL
  AND (started_at >= since OR stream_id IN (
        SELECT stream_id FROM playback_events
        -- Ids may be an hour older than the moment their events arrive, and a client clock wrong by as much.
        WHERE id_hour >= toStartOfHour(now('UTC') - INTERVAL 2 HOUR) AND server_time >= since))
GROUP BY country
ORDER BY listeners DESC, country
