-- Builds one day of the tracks from its hours.
INSERT INTO track_days
SELECT
  toDate(hour) AS day, track_id, artist_id, country, plan, device_kind, {version:UInt64},
  uniqExactMergeState(listeners), sum(streams), sum(ended_streams), sum(countable_streams), sum(skipped_streams), sum(ms_played)
FROM track_hours FINAL
WHERE hour >= {from:DateTime('UTC')} AND hour < {to:DateTime('UTC')}
GROUP BY day, track_id, artist_id, country, plan, device_kind
