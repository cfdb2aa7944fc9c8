-- Names the starts and ends of streams of closed hours that were written after these had closed.
INSERT INTO late_events
SELECT toStartOfHour(toDateTime(ingested_at)), toStartOfHour(toDateTime(started_at)) AS hour, 'streams', account_id, stream_id, version, ingested_at
FROM streams
WHERE ingested_at >= {since:DateTime64(3, 'UTC')} AND hour IN {hours:Array(DateTime('UTC'))}
  AND ingested_at >= {closed_ats:Array(DateTime64(3, 'UTC'))}[indexOf({hours:Array(DateTime('UTC'))}, hour)]
