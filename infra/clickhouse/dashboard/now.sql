-- Accounts with an open stream and a sign of life in the last minute: its start, or any event of it. In all, by country, by plan and by kind
-- of device: an account that listens in two places counts once in all, and once in each.
WITH now64(3, 'UTC') - INTERVAL 60 SECOND AS since
SELECT
  multiIf(grouping(country) = 0, 'country', grouping(plan) = 0, 'plan', grouping(device_kind) = 0, 'device_kind', 'all') AS by,
  concat(country, plan, device_kind) AS name,
  uniqExact(account_id) AS listeners
FROM streams FINAL
WHERE id_hour >= toStartOfHour(now('UTC') - INTERVAL 1 DAY)
  AND ended_at IS NULL
  AND (started_at >= since OR stream_id IN (
        SELECT stream_id FROM playback_events
        -- Ids may be an hour older than the moment their events arrive, and a client clock wrong by as much.
        WHERE id_hour >= toStartOfHour(now('UTC') - INTERVAL 2 HOUR) AND server_time >= since AND NOT stale AND NOT offline))
  AND ({country:String} = '' OR country = {country:String}) AND ({plan:String} = '' OR plan = {plan:String})
  AND ({device_kind:String} = '' OR device_kind = {device_kind:String})
GROUP BY GROUPING SETS ((), (country), (plan), (device_kind))
ORDER BY listeners DESC, name
