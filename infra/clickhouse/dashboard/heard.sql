-- The tracks, or artists, most played.
SELECT
  toString({of:Identifier}) AS id,
  uniqExactMerge(listeners) AS listeners,
  sum(streams) AS total_streams, sum(countable_streams) AS total_countable, sum(ms_played) AS total_ms_played
FROM (SELECT * FROM {table:Identifier} FINAL WHERE {bucket:Identifier} >= {from:DateTime('UTC')} AND {bucket:Identifier} < {to:DateTime('UTC')})
WHERE ({country:String} = '' OR country = {country:String}) AND ({plan:String} = '' OR plan = {plan:String})
  AND ({device_kind:String} = '' OR device_kind = {device_kind:String})
GROUP BY id
HAVING total_streams > 0
ORDER BY total_streams DESC, total_ms_played DESC, id
LIMIT 10
