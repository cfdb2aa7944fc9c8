-- What a campaign is for, and who of its control group did hear nothing of it: by both it is told what it does (ADR 0016).

ALTER TABLE campaigns ADD COLUMN promoted_artist_id uuid REFERENCES artists;
ALTER TABLE campaigns ADD COLUMN promoted_album_id uuid REFERENCES albums;
-- Nothing has been withheld by it so far.
UPDATE campaigns SET control_percent = 0 WHERE control_percent > 0;
ALTER TABLE campaigns ADD CONSTRAINT campaigns_promotes_one CHECK (num_nonnulls(promoted_artist_id, promoted_album_id) <= 1);
ALTER TABLE campaigns ADD CONSTRAINT campaigns_control_measures CHECK (
  control_percent = 0 OR num_nonnulls(promoted_artist_id, promoted_album_id) = 1);
COMMENT ON COLUMN campaigns.promoted_artist_id IS 'Whose music is advertised: a stream of it that counts, begun within 7 days after an impression, is a conversion. So of promoted_album_id. Null, both: it is not for music.';
COMMENT ON COLUMN campaigns.control_percent IS 'Of the accounts, so many by lot hear nothing of it: what it does is measured by them. Left as it is while the campaign runs.';
CREATE INDEX campaigns_promoting ON campaigns (campaign_id) WHERE promoted_artist_id IS NOT NULL OR promoted_album_id IS NOT NULL;

ALTER TABLE impressions ADD COLUMN converted_at timestamptz CHECK (converted_at >= served_at);
COMMENT ON COLUMN impressions.converted_at IS 'When the listener began the first stream of what is promoted that counts, within 7 days after it was served, heard or not.';
GRANT UPDATE (converted_at) ON impressions TO segue_ads;

CREATE TABLE withheld_ads (
  impression_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  creative_id uuid NOT NULL,
  user_id uuid REFERENCES users,
  withheld_at timestamptz NOT NULL,
  territory country NOT NULL,
  plan text NOT NULL,
  device_kind text NOT NULL,
  converted_at timestamptz CHECK (converted_at >= withheld_at),
  PRIMARY KEY (impression_id, withheld_at),
  FOREIGN KEY (creative_id, campaign_id) REFERENCES creatives (creative_id, campaign_id)
) PARTITION BY RANGE (withheld_at);
COMMENT ON TABLE withheld_ads IS 'That a creative would have been served to a listener, who is of the control group of its campaign (ghost ad): no impression, and billed to nobody.';
COMMENT ON COLUMN withheld_ads.impression_id IS 'UUIDv7, made by the caller with withheld_at: the same pair each time it is entered.';
COMMENT ON COLUMN withheld_ads.user_id IS 'Null once that user is erased.';
COMMENT ON COLUMN withheld_ads.converted_at IS 'As of an impression.';
CREATE INDEX withheld_ads_by_user ON withheld_ads (user_id, withheld_at);

GRANT SELECT, INSERT ON withheld_ads TO segue_ads;
GRANT UPDATE (converted_at) ON withheld_ads TO segue_ads;
GRANT SELECT ON withheld_ads TO segue_analyst;
ALTER TABLE withheld_ads ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_services ON withheld_ads TO segue_ads USING (true) WITH CHECK (true);
CREATE POLICY read_by_services ON withheld_ads FOR SELECT TO segue_analyst USING (true);
