-- Which minutes have new rows, so that the rollups build those again and no others. Fed by every insert; it may say too much, and when
-- an insert broke off too little: an hour that closes is built whole.
CREATE TABLE IF NOT EXISTS touched_minutes
(
    minute     DateTime('UTC') COMMENT 'In which it happened: of an event its time, of a stream its start',
    touched_at DateTime64(3, 'UTC') COMMENT 'When the newest of the rows was written',
    said_at    DateTime64(3, 'UTC') COMMENT 'The newest server time among the rows: how far the log has been read'
)
ENGINE = MergeTree
ORDER BY (touched_at, minute)
TTL toDateTime(touched_at) + INTERVAL 45 DAY;
CREATE MATERIALIZED VIEW IF NOT EXISTS touched_by_events TO touched_minutes AS
SELECT toStartOfMinute(toDateTime(event_time)) AS minute, max(ingested_at) AS touched_at, max(server_time) AS said_at
FROM playback_events
GROUP BY minute;
CREATE MATERIALIZED VIEW IF NOT EXISTS touched_by_streams TO touched_minutes AS
SELECT toStartOfMinute(toDateTime(started_at)) AS minute, max(ingested_at) AS touched_at, max(greatest(started_at, ifNull(ended_at, started_at))) AS said_at
FROM streams
GROUP BY minute;
-- What was written before this table was. Again, it says too much.
INSERT INTO touched_minutes
SELECT toStartOfMinute(toDateTime(event_time)) AS minute, now64(3), max(server_time) FROM playback_events GROUP BY minute;
INSERT INTO touched_minutes
SELECT toStartOfMinute(toDateTime(started_at)) AS minute, now64(3), max(greatest(started_at, ifNull(ended_at, started_at))) FROM streams GROUP BY minute;
-- So that what happened in a minute is found whatever the hours of its ids.
ALTER TABLE playback_events ADD INDEX IF NOT EXISTS by_event_time event_time TYPE minmax GRANULARITY 1;
ALTER TABLE playback_events ADD INDEX IF NOT EXISTS by_arrival ingested_at TYPE minmax GRANULARITY 1;
ALTER TABLE streams ADD INDEX IF NOT EXISTS by_start started_at TYPE minmax GRANULARITY 1;
