-- What was played and how it went, by minute, hour and day. A row is a finished figure, built anew from the deduplicated tables for as
-- long as its hour is open (infra/adr/0014): rows are replaced, never added to, so that nothing counts twice. Read with FINAL.
-- All about a stream belongs to the minute in which it began, all about an event to the minute of its event time.
CREATE TABLE IF NOT EXISTS playback_minutes
(
    minute             DateTime('UTC') COMMENT 'In UTC',
    country            LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2',
    plan               LowCardinality(String) COMMENT 'What the account pays for',
    device_kind        LowCardinality(String) COMMENT 'What the player runs on',
    version            UInt64 COMMENT 'When it was built, in ms since 1970; of a closed hour the greatest number there is',
    listeners          AggregateFunction(uniqExact, String) COMMENT 'Accounts with an event, or a stream that began: uniqExactMerge',
    streams            UInt64 COMMENT 'That began',
    ended_streams      UInt64 COMMENT 'Of those, how many have ended',
    countable_streams  UInt64 COMMENT 'Heard for 30 s or more, no bound broken',
    skipped_streams    UInt64 COMMENT 'Left for another: next, previous, pick',
    ms_played          UInt64 COMMENT 'Heard of the ended ones, by the server',
    reasons_start      Map(LowCardinality(String), UInt64) COMMENT 'Streams by why they began: sumMap',
    reasons_end        Map(LowCardinality(String), UInt64) COMMENT 'Streams by why they ended: sumMap',
    events             UInt64 COMMENT 'Telemetry events',
    startups           UInt64 COMMENT 'started, with a startup time',
    startup_ms         AggregateFunction(quantilesExactWeighted(0.5, 0.95, 0.99), UInt32, UInt32) COMMENT 'Startup times to 10 ms below: quantilesExactWeightedMerge(0.5, 0.95, 0.99)',
    stalls             UInt64 COMMENT 'Times the playhead stood still for want of audio',
    stall_ms           UInt64 COMMENT 'And for how long',
    bitrate_switches   UInt64 COMMENT 'Changes of rendition',
    failures           UInt64 COMMENT 'Player errors'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(minute)
ORDER BY (minute, country, plan, device_kind);
CREATE TABLE IF NOT EXISTS playback_hours
(
    hour               DateTime('UTC') COMMENT 'In UTC',
    country            LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2',
    plan               LowCardinality(String) COMMENT 'What the account pays for',
    device_kind        LowCardinality(String) COMMENT 'What the player runs on',
    version            UInt64 COMMENT 'When it was built, in ms since 1970; of a closed hour the greatest number there is',
    listeners          AggregateFunction(uniqExact, String) COMMENT 'Accounts with an event, or a stream that began: uniqExactMerge',
    streams            UInt64 COMMENT 'That began',
    ended_streams      UInt64 COMMENT 'Of those, how many have ended',
    countable_streams  UInt64 COMMENT 'Heard for 30 s or more, no bound broken',
    skipped_streams    UInt64 COMMENT 'Left for another: next, previous, pick',
    ms_played          UInt64 COMMENT 'Heard of the ended ones, by the server',
    reasons_start      Map(LowCardinality(String), UInt64) COMMENT 'Streams by why they began: sumMap',
    reasons_end        Map(LowCardinality(String), UInt64) COMMENT 'Streams by why they ended: sumMap',
    events             UInt64 COMMENT 'Telemetry events',
    startups           UInt64 COMMENT 'started, with a startup time',
    startup_ms         AggregateFunction(quantilesExactWeighted(0.5, 0.95, 0.99), UInt32, UInt32) COMMENT 'Startup times to 10 ms below: quantilesExactWeightedMerge(0.5, 0.95, 0.99)',
    stalls             UInt64 COMMENT 'Times the playhead stood still for want of audio',
    stall_ms           UInt64 COMMENT 'And for how long',
    bitrate_switches   UInt64 COMMENT 'Changes of rendition',
    failures           UInt64 COMMENT 'Player errors'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, country, plan, device_kind);
CREATE TABLE IF NOT EXISTS playback_days
(
    day                Date COMMENT 'In UTC',
    country            LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2',
    plan               LowCardinality(String) COMMENT 'What the account pays for',
    device_kind        LowCardinality(String) COMMENT 'What the player runs on',
    version            UInt64 COMMENT 'When it was built, in ms since 1970; of a closed hour the greatest number there is',
    listeners          AggregateFunction(uniqExact, String) COMMENT 'Accounts with an event, or a stream that began: uniqExactMerge',
    streams            UInt64 COMMENT 'That began',
    ended_streams      UInt64 COMMENT 'Of those, how many have ended',
    countable_streams  UInt64 COMMENT 'Heard for 30 s or more, no bound broken',
    skipped_streams    UInt64 COMMENT 'Left for another: next, previous, pick',
    ms_played          UInt64 COMMENT 'Heard of the ended ones, by the server',
    reasons_start      Map(LowCardinality(String), UInt64) COMMENT 'Streams by why they began: sumMap',
    reasons_end        Map(LowCardinality(String), UInt64) COMMENT 'Streams by why they ended: sumMap',
    events             UInt64 COMMENT 'Telemetry events',
    startups           UInt64 COMMENT 'started, with a startup time',
    startup_ms         AggregateFunction(quantilesExactWeighted(0.5, 0.95, 0.99), UInt32, UInt32) COMMENT 'Startup times to 10 ms below: quantilesExactWeightedMerge(0.5, 0.95, 0.99)',
    stalls             UInt64 COMMENT 'Times the playhead stood still for want of audio',
    stall_ms           UInt64 COMMENT 'And for how long',
    bitrate_switches   UInt64 COMMENT 'Changes of rendition',
    failures           UInt64 COMMENT 'Player errors'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(day)
ORDER BY (day, country, plan, device_kind);
CREATE TABLE IF NOT EXISTS track_hours
(
    hour               DateTime('UTC') COMMENT 'In UTC',
    track_id           UUID COMMENT 'The track',
    artist_id          UUID COMMENT 'The main artist of the track',
    country            LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2',
    version            UInt64 COMMENT 'As in playback_hours',
    listeners          AggregateFunction(uniqExact, String) COMMENT 'Accounts: uniqExactMerge',
    streams            UInt64 COMMENT 'That began',
    ended_streams      UInt64 COMMENT 'Of those, how many have ended',
    countable_streams  UInt64 COMMENT 'Heard for 30 s or more, no bound broken',
    skipped_streams    UInt64 COMMENT 'Left for another: next, previous, pick',
    ms_played          UInt64 COMMENT 'Heard of the ended ones, by the server'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, track_id, artist_id, country);
CREATE TABLE IF NOT EXISTS track_days
(
    day                Date COMMENT 'In UTC',
    track_id           UUID COMMENT 'The track',
    artist_id          UUID COMMENT 'The main artist of the track',
    country            LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2',
    version            UInt64 COMMENT 'As in playback_days',
    listeners          AggregateFunction(uniqExact, String) COMMENT 'Accounts: uniqExactMerge',
    streams            UInt64 COMMENT 'That began',
    ended_streams      UInt64 COMMENT 'Of those, how many have ended',
    countable_streams  UInt64 COMMENT 'Heard for 30 s or more, no bound broken',
    skipped_streams    UInt64 COMMENT 'Left for another: next, previous, pick',
    ms_played          UInt64 COMMENT 'Heard of the ended ones, by the server'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(day)
ORDER BY (day, track_id, artist_id, country);
