-- The latest sessions that played, by what is not about a person; of one account when one is named.
SELECT
  toString(session_id) AS session_id,
  formatDateTime(min(toDateTime(started_at)), '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS first_at,
  formatDateTime(max(toDateTime(started_at)) AS latest, '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS latest_at,
  any(s.country) AS country, any(s.plan) AS plan, any(s.device_kind) AS device_kind,
  count() AS total_streams,
  sum(ifNull(s.ms_played, 0)) AS total_ms_played,
  toBool(countIf(ended_at IS NULL) > 0) AS open
FROM streams AS s FINAL
WHERE id_hour >= toStartOfHour({from:DateTime('UTC')}) AND started_at >= {from:DateTime('UTC')}
  -- A clock may be ahead of this one; what is said to be of tomorrow is not the latest.
  AND started_at < {to:DateTime('UTC')} + INTERVAL 1 MINUTE
  AND ({account:String} = '' OR account_id = {account:String})
  AND ({country:String} = '' OR s.country = {country:String}) AND ({plan:String} = '' OR s.plan = {plan:String})
  AND ({device_kind:String} = '' OR s.device_kind = {device_kind:String})
GROUP BY session_id
ORDER BY latest DESC, session_id
LIMIT {limit:UInt16}
