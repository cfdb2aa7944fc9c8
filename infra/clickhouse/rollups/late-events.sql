-- Names the events of closed hours that were written after these had closed.
INSERT INTO late_events
SELECT toStartOfHour(toDateTime(ingested_at)), toStartOfHour(toDateTime(event_time)) AS hour, 'playback_events', account_id, event_id, 0, ingested_at
FROM playback_events
WHERE ingested_at >= {since:DateTime64(3, 'UTC')} AND hour IN {hours:Array(DateTime('UTC'))}
  AND ingested_at >= {closed_ats:Array(DateTime64(3, 'UTC'))}[indexOf({hours:Array(DateTime('UTC'))}, hour)]
