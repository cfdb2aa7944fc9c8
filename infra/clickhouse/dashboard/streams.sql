-- Streams by the bucket they started in; buckets without one are left out.
SELECT formatDateTime(toDateTime({bucket:Identifier}, 'UTC'), '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS at, sum(streams) AS total_streams
FROM (SELECT * FROM {table:Identifier} FINAL WHERE {bucket:Identifier} >= {from:DateTime('UTC')} AND {bucket:Identifier} < {to:DateTime('UTC')})
WHERE ({country:String} = '' OR country = {country:String}) AND ({plan:String} = '' OR plan = {plan:String})
  AND ({device_kind:String} = '' OR device_kind = {device_kind:String})
GROUP BY at
HAVING total_streams > 0
ORDER BY at
