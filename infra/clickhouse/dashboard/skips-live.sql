-- Of the streams that ended in the range, how many the listener left for another, and before which second.
SELECT
  count() AS total_streams,
  countIf(skipped) AS all_skipped,
  sumForEach(arrayMap(upto_s -> toUInt64(skipped AND position_ms < upto_s * 1000), {upto_s:Array(UInt32)})) AS all_skipped_upto
FROM (
  SELECT reason_end IN ('next', 'previous', 'pick') AS skipped, assumeNotNull(s.position_ms) AS position_ms
  FROM streams AS s FINAL
  -- No stream lasts longer than a day.
  WHERE id_hour >= toStartOfHour({from:DateTime('UTC')} - INTERVAL 1 DAY) AND ended_at >= {from:DateTime('UTC')}
    AND ({country:String} = '' OR country = {country:String}) AND ({plan:String} = '' OR plan = {plan:String})
  AND ({device_kind:String} = '' OR device_kind = {device_kind:String})
)
