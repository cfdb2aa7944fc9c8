-- How it went, minute by minute and, under no minute, in all: of events by their time, of streams by their end.
SELECT
  if(grouping(minute) = 1, '', formatDateTime(minute, '%Y-%m-%dT%H:%i:%SZ', 'UTC')) AS at,
  countIf(ms_to_start IS NOT NULL) AS total_startups,
  if(total_startups = 0, [], quantilesExact(0.5, 0.95, 0.99)(ms_to_start)) AS startup_quantiles,
  sum(ms_heard) AS total_ms_played, sum(ms_stalled) AS total_stall_ms,
  if(total_ms_played = 0, NULL, total_stall_ms / (total_ms_played + total_stall_ms)) AS rebuffer_ratio,
  if(total_ms_played = 0, NULL, countIf(kind = 'bitrate-switched') / total_ms_played * 3600000) AS switches_an_hour,
  countIf(kind = 'failed') AS total_failures
FROM (
  SELECT
    toStartOfMinute(toDateTime(event_time)) AS minute, toString(kind) AS kind, if(kind = 'started', startup_ms, NULL) AS ms_to_start,
    if(kind = 'stalled', ifNull(stall_ms, 0), 0) AS ms_stalled, 0 AS ms_heard
  FROM playback_events FINAL
  WHERE id_hour >= toStartOfHour({from:DateTime('UTC')} - INTERVAL 1 HOUR) AND event_time >= {from:DateTime('UTC')} AND event_time < {to:DateTime('UTC')}
    AND NOT offline AND NOT stale
    AND ({country:String} = '' OR country = {country:String}) AND ({plan:String} = '' OR plan = {plan:String})
  AND ({device_kind:String} = '' OR device_kind = {device_kind:String})
  UNION ALL
  SELECT toStartOfMinute(toDateTime(assumeNotNull(s.ended_at))), '', NULL, 0, assumeNotNull(s.ms_played)
  FROM streams AS s FINAL
  WHERE id_hour >= toStartOfHour({from:DateTime('UTC')} - INTERVAL 1 DAY) AND s.ended_at >= {from:DateTime('UTC')}
    AND ({country:String} = '' OR country = {country:String}) AND ({plan:String} = '' OR plan = {plan:String})
  AND ({device_kind:String} = '' OR device_kind = {device_kind:String})
)
GROUP BY GROUPING SETS ((), (minute))
ORDER BY at
