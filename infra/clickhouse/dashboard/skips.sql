-- Of the streams that began in the range and ended, how many the listener left for another, and before which second.
SELECT sum(ended_streams) AS total_streams, sum(skipped_streams) AS all_skipped, sumForEach(skipped_upto) AS all_skipped_upto
FROM (
  SELECT ended_streams, skipped_streams, skipped_upto
  FROM {table:Identifier} FINAL
  WHERE {bucket:Identifier} >= {from:DateTime('UTC')} AND {bucket:Identifier} < {to:DateTime('UTC')}
    AND ({country:String} = '' OR country = {country:String}) AND ({plan:String} = '' OR plan = {plan:String})
    AND ({device_kind:String} = '' OR device_kind = {device_kind:String})
)
