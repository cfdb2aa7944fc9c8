-- The tracks, or artists, most played: streams that started in the range, and what was heard of those that ended.
SELECT
  toString({of:Identifier}) AS id,
  uniqExact(account_id) AS listeners,
  count() AS total_streams,
  countIf(s.ms_played >= 30000 AND empty(flags)) AS total_countable,
  sum(ifNull(s.ms_played, 0)) AS total_ms_played
FROM streams AS s FINAL
WHERE id_hour >= toStartOfHour({from:DateTime('UTC')}) AND started_at >= {from:DateTime('UTC')} AND started_at < {to:DateTime('UTC')}
  AND ({country:String} = '' OR country = {country:String}) AND ({plan:String} = '' OR plan = {plan:String})
  AND ({device_kind:String} = '' OR device_kind = {device_kind:String})
GROUP BY id
ORDER BY total_streams DESC, total_ms_played DESC, id
LIMIT 10
