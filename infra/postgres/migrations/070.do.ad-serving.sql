-- What gateways serve advertisements by, and the books of what was heard of them.

ALTER TABLE campaigns ADD COLUMN control_percent integer NOT NULL DEFAULT 0 CHECK (control_percent BETWEEN 0 AND 50);
COMMENT ON COLUMN campaigns.control_percent IS 'Of the accounts, so many by lot hear nothing of it: what it does is measured by them.';

ALTER TABLE creatives DROP COLUMN object_key;
ALTER TABLE creatives ADD COLUMN skip_after_ms integer CHECK (skip_after_ms BETWEEN 0 AND duration_ms);
COMMENT ON COLUMN creatives.skip_after_ms IS 'Heard for so long, it may be skipped; null: it may not.';

CREATE TABLE creative_renditions (
  creative_id uuid NOT NULL REFERENCES creatives,
  bitrate_kbps integer NOT NULL CHECK (bitrate_kbps > 0),
  codec text NOT NULL CHECK (codec <> ''),
  chunk_count integer NOT NULL CHECK (chunk_count > 0),
  bytes bigint NOT NULL CHECK (bytes > 0),
  PRIMARY KEY (creative_id, bitrate_kbps)
);
COMMENT ON TABLE creative_renditions IS 'As renditions, of a creative: its chunks lie under its id as those of a track under the track''s.';

ALTER TABLE impressions DROP CONSTRAINT impressions_invalid_reason_check;
ALTER TABLE impressions ADD CONSTRAINT impressions_invalid_reason_check CHECK (
  invalid_reason IN ('inaudible', 'robot', 'repeated', 'capped', 'claim-exceeds-elapsed', 'claim-exceeds-granted'));

CREATE TABLE campaign_days (
  campaign_id uuid NOT NULL REFERENCES campaigns,
  day date NOT NULL,
  counted integer NOT NULL CHECK (counted >= 0),
  PRIMARY KEY (campaign_id, day)
);
COMMENT ON TABLE campaign_days IS 'How many impressions of a day of UTC count: what was spent by the books, should Redis forget what it counted.';

GRANT SELECT ON advertisers, campaigns, creatives TO segue_gateway;
GRANT SELECT ON creative_renditions TO segue_gateway, segue_analyst;
GRANT SELECT, INSERT, UPDATE ON creative_renditions TO segue_ads;
GRANT SELECT ON campaign_days TO segue_gateway, segue_finance, segue_analyst;
GRANT SELECT, INSERT, UPDATE ON campaign_days TO segue_ads;
GRANT EXECUTE ON FUNCTION listener_of TO segue_ads;

GRANT SELECT, INSERT, UPDATE ON kafka_offsets TO segue_ads;
CREATE POLICY of_ads ON kafka_offsets TO segue_ads USING (consumer_group = 'segue.ads') WITH CHECK (consumer_group = 'segue.ads');
