-- Plays of tracks as the server measured them: a row when one starts (version 1), another when it ends (version 2).
-- The engine keeps the highest version; until it has merged, read with FINAL.
CREATE TABLE IF NOT EXISTS streams
(
    stream_id    UUID COMMENT 'UUIDv7 made by the gateway',
    version      UInt8 COMMENT '1: started; 2: ended',
    account_id   String COMMENT 'The subject of the access token',
    session_id   UUID COMMENT 'The session it belongs to',
    device_id    String COMMENT 'Chosen by the client, stable over restarts',
    device_kind  LowCardinality(String) COMMENT 'What the player runs on',
    plan         LowCardinality(String) COMMENT 'What the account pays for',
    country      LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2',
    track_id     UUID COMMENT 'The track',
    isrc         LowCardinality(String) COMMENT 'The recording, ISO 3901',
    artist_id    UUID COMMENT 'The main artist of the track',
    started_at   DateTime64(3, 'UTC') COMMENT 'Server time of the play instruction',
    reason_start LowCardinality(String) COMMENT 'Why it began',
    ended_at     Nullable(DateTime64(3, 'UTC')) COMMENT 'Server time of the end, or of the last evidence when lost',
    reason_end   LowCardinality(Nullable(String)) COMMENT 'Why it ended',
    ms_played    Nullable(UInt32) COMMENT 'Heard, by the server: the least of claimed, elapsed, granted',
    ms_claimed   Nullable(UInt32) COMMENT 'Heard, by the client',
    ms_granted   Nullable(UInt32) COMMENT 'Audio signed for',
    position_ms  Nullable(UInt32) COMMENT 'Where the playhead was at the end',
    flags        Array(LowCardinality(String)) COMMENT 'Bounds that the claim broke; empty: countable',
    ingested_at  DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When the row was written',
    -- As in playback_events: identity alone decides the place, and the number of partitions is bounded.
    id_hour      DateTime('UTC') MATERIALIZED if(
                     UUIDv7ToDateTime(stream_id, 'UTC') BETWEEN toDateTime64('2024-01-01 00:00:00', 3, 'UTC')
                                                            AND toDateTime64('2044-01-01 00:00:00', 3, 'UTC'),
                     toStartOfHour(toDateTime(UUIDv7ToDateTime(stream_id, 'UTC'))),
                     toDateTime(0, 'UTC'))
                 COMMENT 'The hour in which the stream began: recent rows stand together'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(id_hour)
ORDER BY (id_hour, stream_id);
