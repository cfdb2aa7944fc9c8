-- Campaigns are shown by plan too.
ALTER TABLE ad_events ADD COLUMN IF NOT EXISTS plan LowCardinality(String) DEFAULT '' COMMENT 'What the account pays for; empty: it was not noted then' AFTER device_kind;
