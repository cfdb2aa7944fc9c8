-- Streams by the minute they started in; minutes without one are left out.
SELECT formatDateTime(toStartOfMinute(toDateTime(started_at)), '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS at, uniqExact(stream_id) AS total_streams
FROM streams
WHERE id_hour >= toStartOfHour({from:DateTime('UTC')}) AND started_at >= {from:DateTime('UTC')}
  AND ({country:String} = '' OR country = {country:String}) AND ({plan:String} = '' OR plan = {plan:String})
  AND ({device_kind:String} = '' OR device_kind = {device_kind:String})
GROUP BY at
ORDER BY at
