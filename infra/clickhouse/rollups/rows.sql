-- How many rows there are to count for minutes: those of a list, or all of the time.
SELECT
  (
    SELECT count() FROM streams
    WHERE started_at >= {from:DateTime('UTC')} AND started_at < {to:DateTime('UTC')}
      AND (empty({minutes:Array(DateTime('UTC'))}) OR toStartOfMinute(toDateTime(started_at)) IN {minutes:Array(DateTime('UTC'))})
  ) AS streams,
  (
    SELECT count() FROM playback_events
    WHERE event_time >= {from:DateTime('UTC')} AND event_time < {to:DateTime('UTC')}
      AND (empty({minutes:Array(DateTime('UTC'))}) OR toStartOfMinute(toDateTime(event_time)) IN {minutes:Array(DateTime('UTC'))})
  ) AS events
