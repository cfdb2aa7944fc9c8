-- Ten events of each stream of a time: it started, positions, now and then a stall or another bitrate, and how it ended.
INSERT INTO playback_events (account_id, event_id, seq, kind, event_time, server_time, ingested_at, session_id, stream_id, device_id, device_kind, plan, country,
  position_ms, startup_ms, stall_ms, buffer_ms, bitrate_kbps)
WITH
  cityHash64(stream_id, n) AS chance, chance % 1000 AS draw,
  toUInt64(toUnixTimestamp64Milli(started_at)) + n * 10000 AS ms,
  lower(leftPad(hex(ms), 12, '0')) AS time, lower(leftPad(hex(chance), 16, '0')) AS chance_text,
  multiIf(n = 0, 'started', n = 9, if(reason_end = 'completed', 'completed', 'skipped'), draw < 20, 'stalled', draw < 50, 'bitrate-switched', 'position') AS what
SELECT
  account_id,
  toUUID(concat(substring(time, 1, 8), '-', substring(time, 9, 4), '-7', substring(chance_text, 1, 3), '-8', substring(chance_text, 4, 3), '-', substring(chance_text, 7, 10), '00')),
  n + 1, what,
  fromUnixTimestamp64Milli(toInt64(ms), 'UTC'), fromUnixTimestamp64Milli(toInt64(ms + 100), 'UTC'), fromUnixTimestamp64Milli(toInt64(ms + 400), 'UTC'),
  session_id, stream_id, device_id, device_kind, plan, country, n * 10000,
  if(what = 'started', 80 + toUInt32(draw * draw / 1000), NULL), if(what = 'stalled', 200 + toUInt32(draw) * 50, NULL), 12000, [96, 160, 320][1 + draw % 3]
FROM streams
ARRAY JOIN range(10) AS n
WHERE id_hour >= {from:DateTime('UTC')} AND id_hour < {to:DateTime('UTC')}
