-- One session as it went: what the server knows of its streams, and what the player saw, by time.
SELECT concat(replaceOne(toString(time), ' ', 'T'), 'Z') AS at, source, what, toString(stream) AS stream_id, position_ms, detail
FROM (
  SELECT started_at AS time, 'server' AS source, concat('began: ', reason_start) AS what, stream_id AS stream, toUInt32(0) AS position_ms, toString(track_id) AS detail
  FROM streams FINAL
  WHERE id_hour >= toStartOfHour({from:DateTime('UTC')}) AND id_hour < {to:DateTime('UTC')} AND session_id = {session:UUID}
  UNION ALL
  SELECT assumeNotNull(s.ended_at), 'server', concat('ended: ', ifNull(toString(s.reason_end), '')), stream_id, assumeNotNull(s.position_ms), concat(toString(assumeNotNull(s.ms_played)), ' ms heard')
  FROM streams AS s FINAL
  WHERE id_hour >= toStartOfHour({from:DateTime('UTC')}) AND id_hour < {to:DateTime('UTC')} AND session_id = {session:UUID} AND s.ended_at IS NOT NULL
  UNION ALL
  SELECT event_time, 'player', toString(kind), stream_id, position_ms,
    arrayStringConcat(arrayFilter(text -> text != '', [
      if(startup_ms IS NULL, '', concat('startup ', toString(assumeNotNull(startup_ms)), ' ms')),
      if(stall_ms IS NULL, '', concat('stood still ', toString(assumeNotNull(stall_ms)), ' ms')),
      if(bitrate_kbps IS NULL, '', concat(toString(assumeNotNull(bitrate_kbps)), ' kbps')),
      ifNull(reason, '')]), ', ')
  FROM playback_events FINAL
  WHERE id_hour >= toStartOfHour({from:DateTime('UTC')}) - INTERVAL 1 HOUR AND id_hour < {to:DateTime('UTC')} AND session_id = {session:UUID}
)
ORDER BY time, source DESC, what
LIMIT 10000
