-- Builds hours of the tracks from the deduplicated streams. What an hour had before and has no more gets zeros.
INSERT INTO track_hours
SELECT
  hour, track_id, artist_id, country, plan, device_kind, {version:UInt64},
  uniqExactStateIf(account_id, account_id != ''),
  sum(streams), sum(ended), sum(countable), sum(skipped), sum(ms_played)
FROM (
  SELECT
    hour, track_id, artist_id, country, plan, device_kind, account_id,
    toUInt64(1) AS streams,
    toUInt64(last.1 IS NOT NULL) AS ended,
    toUInt64(ifNull(last.2, 0) >= 30000 AND empty(last.3)) AS countable,
    toUInt64(ifNull(last.1 IN ('next', 'previous', 'pick'), 0)) AS skipped,
    toUInt64(ifNull(last.2, 0)) AS ms_played
  FROM (
    SELECT
      any(toStartOfHour(toDateTime(s.started_at))) AS hour, any(s.track_id) AS track_id, any(s.artist_id) AS artist_id, any(toString(s.country)) AS country,
      any(toString(s.plan)) AS plan, any(toString(s.device_kind)) AS device_kind, any(s.account_id) AS account_id,
      argMax(tuple(CAST(s.reason_end, 'Nullable(String)'), s.ms_played, s.flags), s.version) AS last
    FROM streams AS s
    WHERE started_at >= {from:DateTime('UTC')} AND started_at < {to:DateTime('UTC')} AND ingested_at < {before:DateTime64(3, 'UTC')}
    GROUP BY stream_id
  )
  UNION ALL
  SELECT hour, track_id, artist_id, country, plan, device_kind, '', 0, 0, 0, 0, 0
  FROM track_hours WHERE hour >= {from:DateTime('UTC')} AND hour < {to:DateTime('UTC')}
)
GROUP BY hour, track_id, artist_id, country, plan, device_kind
