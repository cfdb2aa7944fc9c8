-- What became of advertisements. An impression is one place in one listener's evening; each thing that happened to it is a row, and one that
-- is sent again has the same identity (impression_id, kind).
CREATE TABLE IF NOT EXISTS ad_events
(
    campaign_id   UUID COMMENT 'The campaign',
    creative_id   UUID COMMENT 'What was played of it',
    impression_id UUID COMMENT 'UUIDv7 made when it was decided',
    kind          LowCardinality(String) COMMENT 'served, started, audible, quartile1, quartile2, quartile3, completed, clicked; withheld: of the control group, which hears nothing; converted: did what the campaign is for, of either group',
    account_id    String COMMENT 'The subject of the access token',
    event_time    DateTime64(3, 'UTC') COMMENT 'On the client clock, corrected',
    server_time   DateTime64(3, 'UTC') COMMENT 'When the gateway took it',
    ingested_at   DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When the row was written',
    audible_ms    UInt32 COMMENT 'audible: the longest it was audible without a break',
    invalid       Bool COMMENT 'Invalid traffic: whatever else is said of the impression, it does not count',
    device_kind   LowCardinality(String) COMMENT 'What the player runs on',
    country       LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2',
    id_hour       DateTime('UTC') MATERIALIZED if(
                      UUIDv7ToDateTime(impression_id, 'UTC') BETWEEN toDateTime64('2024-01-01 00:00:00', 3, 'UTC')
                                                                 AND toDateTime64('2044-01-01 00:00:00', 3, 'UTC'),
                      toStartOfHour(toDateTime(UUIDv7ToDateTime(impression_id, 'UTC'))),
                      toDateTime(0, 'UTC'))
                  COMMENT 'The hour in which it was decided: recent rows stand together'
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(id_hour)
ORDER BY (id_hour, campaign_id, impression_id, kind);
