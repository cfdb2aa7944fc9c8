-- Of the streams that ended in the range: time the playhead stood still for want of audio, and time heard.
WITH ended AS (
  SELECT stream_id, assumeNotNull(s.ms_played) AS played_ms
  FROM streams AS s FINAL
  WHERE id_hour >= toStartOfHour(now('UTC') - toIntervalMinute({minutes:UInt32}) - INTERVAL 1 DAY)
    AND ended_at >= now('UTC') - toIntervalMinute({minutes:UInt32})
)
SELECT
  (SELECT sum(played_ms) FROM ended) AS played_ms,
  (
    SELECT sum(stall_ms)
    FROM playback_events FINAL
    WHERE id_hour >= toStartOfHour(now('UTC') - toIntervalMinute({minutes:UInt32}) - INTERVAL 25 HOUR)
      AND kind = 'stalled' AND stream_id IN (SELECT stream_id FROM ended)
  ) AS stalled_ms
