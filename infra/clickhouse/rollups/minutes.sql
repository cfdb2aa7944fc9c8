-- Builds minutes from the deduplicated tables: those of a list, or all of the time. What a minute had before and has no more gets zeros.
INSERT INTO playback_minutes
SELECT
  minute, country, plan, device_kind, {version:UInt64},
  uniqExactStateIf(account_id, account_id != ''),
  sum(streams), sum(ended), sum(countable), sum(skipped), sum(ms_played),
  sumMap(reasons_start), sumMap(reasons_end),
  sum(events),
  countIf(startup_ms IS NOT NULL),
  -- Of 10 ms each, so that a state is small whatever was measured.
  quantilesExactWeightedStateIf(0.5, 0.95, 0.99)(toUInt32(intDiv(ifNull(startup_ms, 0), 10) * 10), toUInt32(1), startup_ms IS NOT NULL),
  sum(stalls), sum(stall_ms), sum(switches), sum(failures),
  sumForEach(skipped_upto)
FROM (
  SELECT
    minute, country, plan, device_kind, account_id,
    toUInt64(1) AS streams,
    toUInt64(last.1 IS NOT NULL) AS ended,
    toUInt64(ifNull(last.2, 0) >= 30000 AND empty(last.3)) AS countable,
    toUInt64(ifNull(last.1 IN ('next', 'previous', 'pick'), 0)) AS skipped,
    toUInt64(ifNull(last.2, 0)) AS ms_played,
    map(reason_start, toUInt64(1)) AS reasons_start,
    if(last.1 IS NULL, CAST(map(), 'Map(String, UInt64)'), map(ifNull(last.1, ''), toUInt64(1))) AS reasons_end,
    toUInt64(0) AS events, CAST(NULL, 'Nullable(UInt32)') AS startup_ms,
    toUInt64(0) AS stalls, toUInt64(0) AS stall_ms, toUInt64(0) AS switches, toUInt64(0) AS failures,
    arrayMap(upto_s -> toUInt64(skipped AND ifNull(last.4, 0) < upto_s * 1000), {skip_points:Array(UInt32)}) AS skipped_upto
  FROM (
    SELECT
      any(toStartOfMinute(toDateTime(started_at))) AS minute,
      any(toString(s.country)) AS country, any(toString(s.plan)) AS plan, any(toString(s.device_kind)) AS device_kind,
      any(s.account_id) AS account_id, any(toString(s.reason_start)) AS reason_start,
      argMax(tuple(CAST(s.reason_end, 'Nullable(String)'), s.ms_played, s.flags, s.position_ms), s.version) AS last
    FROM streams AS s
    WHERE started_at >= {from:DateTime('UTC')} AND started_at < {to:DateTime('UTC')} AND (empty({minutes:Array(DateTime('UTC'))}) OR toStartOfMinute(toDateTime(started_at)) IN {minutes:Array(DateTime('UTC'))})
      AND ingested_at < {before:DateTime64(3, 'UTC')}
    GROUP BY stream_id
  )
  UNION ALL
  SELECT
    minute, first.1, first.2, first.3, account_id,
    0, 0, 0, 0, 0, CAST(map(), 'Map(String, UInt64)'), CAST(map(), 'Map(String, UInt64)'),
    1, if(first.4 = 'started', first.5, NULL),
    first.4 = 'stalled', if(first.4 = 'stalled', ifNull(first.6, 0), 0), first.4 = 'bitrate-switched', first.4 = 'failed',
    CAST([], 'Array(UInt64)')
  FROM (
    SELECT
      account_id,
      any(toStartOfMinute(toDateTime(event_time))) AS minute,
      argMin(tuple(toString(country), toString(plan), toString(device_kind), toString(kind), startup_ms, stall_ms), ingested_at) AS first
    FROM playback_events
    WHERE NOT stale AND NOT offline AND event_time >= {from:DateTime('UTC')} AND event_time < {to:DateTime('UTC')} AND (empty({minutes:Array(DateTime('UTC'))}) OR toStartOfMinute(toDateTime(event_time)) IN {minutes:Array(DateTime('UTC'))})
      AND ingested_at < {before:DateTime64(3, 'UTC')}
    GROUP BY account_id, event_id
  )
  UNION ALL
  SELECT
    minute, country, plan, device_kind, '',
    0, 0, 0, 0, 0, CAST(map(), 'Map(String, UInt64)'), CAST(map(), 'Map(String, UInt64)'),
    0, NULL, 0, 0, 0, 0,
    CAST([], 'Array(UInt64)')
  FROM playback_minutes
  WHERE minute >= {from:DateTime('UTC')} AND minute < {to:DateTime('UTC')}
    AND (empty({minutes:Array(DateTime('UTC'))}) OR minute IN {minutes:Array(DateTime('UTC'))})
)
GROUP BY minute, country, plan, device_kind
