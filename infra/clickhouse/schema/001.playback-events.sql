-- What players saw: one row a telemetry event. An event sent again, or delivered again, has the same identity
-- (account_id, event_id) and so the same sorting key and partition: the engine keeps one of the rows.
CREATE TABLE IF NOT EXISTS playback_events
(
    account_id   String COMMENT 'The subject of the access token',
    event_id     UUID COMMENT 'UUIDv7 made by the client',
    seq          UInt64 COMMENT 'Rises by one an event for as long as the client keeps its queue',
    kind         LowCardinality(String) COMMENT 'What happened',
    event_time   DateTime64(3, 'UTC') COMMENT 'On the client clock, corrected',
    server_time  DateTime64(3, 'UTC') COMMENT 'When the gateway took it',
    ingested_at  DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When the row was written',
    session_id   UUID COMMENT 'The session that sent it first',
    stream_id    UUID COMMENT 'One play of one track',
    device_id    String COMMENT 'Chosen by the client, stable over restarts',
    device_kind  LowCardinality(String) COMMENT 'What the player runs on',
    plan         LowCardinality(String) COMMENT 'What the account pays for',
    country      LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2',
    position_ms  UInt32 COMMENT 'Where the playhead was',
    startup_ms   Nullable(UInt32) COMMENT 'started: from the play instruction to the moving playhead',
    stall_ms     Nullable(UInt32) COMMENT 'stalled: how long the playhead stood still for want of audio',
    buffer_ms    Nullable(UInt32) COMMENT 'Audio held ahead of the playhead',
    bitrate_kbps Nullable(UInt16) COMMENT 'The rendition heard',
    reason       Nullable(String) COMMENT 'failed: the player error, in a word',
    -- Client clocks may be anywhere: outside of these twenty years all share one hour, so that the number of partitions is bounded.
    id_hour      DateTime('UTC') MATERIALIZED if(
                     UUIDv7ToDateTime(event_id, 'UTC') BETWEEN toDateTime64('2024-01-01 00:00:00', 3, 'UTC')
                                                           AND toDateTime64('2044-01-01 00:00:00', 3, 'UTC'),
                     toStartOfHour(toDateTime(UUIDv7ToDateTime(event_id, 'UTC'))),
                     toDateTime(0, 'UTC'))
                 COMMENT 'The hour in which the event got its id: recent rows stand together'
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(id_hour)
ORDER BY (id_hour, account_id, event_id);
