-- Builds one day from its hours. A key stays once it was there, with zeros if need be.
INSERT INTO playback_days
SELECT
  toDate(hour) AS day, country, plan, device_kind, {version:UInt64},
  uniqExactMergeState(listeners),
  sum(streams), sum(ended_streams), sum(countable_streams), sum(skipped_streams), sum(ms_played),
  sumMap(reasons_start), sumMap(reasons_end),
  sum(events), sum(startups), quantilesExactWeightedMergeState(0.5, 0.95, 0.99)(startup_ms),
  sum(stalls), sum(stall_ms), sum(bitrate_switches), sum(failures),
  sumForEach(skipped_upto)
FROM playback_hours FINAL
WHERE hour >= {from:DateTime('UTC')} AND hour < {to:DateTime('UTC')}
GROUP BY day, country, plan, device_kind
