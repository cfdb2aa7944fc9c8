-- An hour closes a while after its end, and never changes again. The rule: a row belongs to its hour when it was written before closed_at of
-- that hour; one that was written later stays in its table, is named in late_events, and is in no rollup. Hours up to the last one here are closed.
CREATE TABLE IF NOT EXISTS closed_hours
(
    hour      DateTime('UTC') COMMENT 'In UTC',
    closed_at DateTime64(3, 'UTC') COMMENT 'What was written before counts'
)
ENGINE = ReplacingMergeTree
ORDER BY hour;
CREATE TABLE IF NOT EXISTS late_events
(
    arrived_hour DateTime('UTC') COMMENT 'In which it was written',
    hour         DateTime('UTC') COMMENT 'In which it happened, and which had closed',
    source       Enum8('playback_events' = 1, 'streams' = 2) COMMENT 'The table that has it',
    account_id   String COMMENT 'The subject of the access token',
    id           UUID COMMENT 'event_id or stream_id',
    version      UInt32 COMMENT 'Of a stream; 0 of an event',
    arrived_at   DateTime64(3, 'UTC') COMMENT 'When it was written'
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, source, account_id, id, version);
-- How far the passes over the rollups have read touched_minutes.
CREATE TABLE IF NOT EXISTS rollup_passes
(
    read_to DateTime64(3, 'UTC') COMMENT 'What was written before has been seen'
)
ENGINE = ReplacingMergeTree(read_to)
ORDER BY tuple();
