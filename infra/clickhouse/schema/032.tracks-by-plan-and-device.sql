-- What was played of a track by plan and kind of device too. There are never more rows than streams. What closed before says neither: ''.
ALTER TABLE track_hours
  ADD COLUMN IF NOT EXISTS plan LowCardinality(String) COMMENT 'What the account pays for' AFTER country,
  ADD COLUMN IF NOT EXISTS device_kind LowCardinality(String) COMMENT 'What the player runs on' AFTER plan,
  MODIFY ORDER BY (hour, track_id, artist_id, country, plan, device_kind);
ALTER TABLE track_days
  ADD COLUMN IF NOT EXISTS plan LowCardinality(String) COMMENT 'What the account pays for' AFTER country,
  ADD COLUMN IF NOT EXISTS device_kind LowCardinality(String) COMMENT 'What the player runs on' AFTER plan,
  MODIFY ORDER BY (day, track_id, artist_id, country, plan, device_kind);
