-- Who advertises what to whom, what may be spent on it, and what was heard of it.

CREATE TABLE advertisers (
  advertiser_id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (char_length(name) BETWEEN 1 AND 200),
  country country NOT NULL,
  currency currency NOT NULL,
  UNIQUE (advertiser_id, currency)
);
COMMENT ON TABLE advertisers IS 'Who pays for campaigns.';
COMMENT ON COLUMN advertisers.currency IS 'What he is billed in: all money of his campaigns is in it.';

CREATE TABLE campaigns (
  campaign_id uuid PRIMARY KEY,
  advertiser_id uuid NOT NULL,
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'running', 'paused', 'ended')),
  runs tstzrange NOT NULL CHECK (NOT isempty(runs) AND lower(runs) IS NOT NULL AND upper(runs) IS NOT NULL),
  currency currency NOT NULL,
  budget_micros micros NOT NULL CHECK (budget_micros > 0),
  daily_budget_micros micros CHECK (daily_budget_micros > 0 AND daily_budget_micros <= budget_micros),
  cost_per_mille_micros micros NOT NULL,
  is_worldwide boolean NOT NULL DEFAULT false,
  territories country[] NOT NULL DEFAULT '{}',
  plans text[] NOT NULL DEFAULT '{free}' CHECK (cardinality(plans) > 0),
  cap_impressions integer CHECK (cap_impressions > 0),
  cap_hours integer CHECK (cap_hours BETWEEN 1 AND 8760),
  created_at timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (advertiser_id, currency) REFERENCES advertisers (advertiser_id, currency),
  UNIQUE (campaign_id, currency),
  CHECK (num_nulls(cap_impressions, cap_hours) <> 1),
  CHECK (is_worldwide OR cardinality(territories) > 0)
);
COMMENT ON TABLE campaigns IS 'What an advertiser wants heard: when, where, by whom, how often and for how much.';
COMMENT ON COLUMN campaigns.budget_micros IS 'What may be spent in all; daily_budget_micros in a day of UTC, null: no bound but that.';
COMMENT ON COLUMN campaigns.cost_per_mille_micros IS 'Of a thousand impressions.';
COMMENT ON COLUMN campaigns.is_worldwide IS 'True: everywhere but in territories. False: in territories alone.';
COMMENT ON COLUMN campaigns.plans IS 'Words of plans: whose listeners may hear it.';
COMMENT ON COLUMN campaigns.cap_impressions IS 'A listener hears it at most so often in any cap_hours; null: no cap.';
CREATE INDEX campaigns_by_advertiser ON campaigns (advertiser_id);
CREATE INDEX campaigns_running ON campaigns USING gist (runs) WHERE status = 'running';

CREATE TABLE creatives (
  creative_id uuid PRIMARY KEY,
  campaign_id uuid NOT NULL REFERENCES campaigns,
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
  duration_ms integer NOT NULL CHECK (duration_ms BETWEEN 2000 AND 120000),
  object_key text NOT NULL CHECK (char_length(object_key) <= 512 AND object_key ~ '^[a-z0-9/._-]+$'),
  click_url text CHECK (click_url ~ '^https://[^[:space:]]+$'),
  language text NOT NULL CHECK (language ~ '^[a-z]{2,3}(-[A-Z]{2})?$'),
  status text NOT NULL DEFAULT 'review' CHECK (status IN ('review', 'approved', 'refused')),
  UNIQUE (creative_id, campaign_id)
);
COMMENT ON TABLE creatives IS 'What is heard of a campaign.';
COMMENT ON COLUMN creatives.object_key IS 'Of its audio in the object store.';
COMMENT ON COLUMN creatives.status IS 'Only what is approved is played.';
CREATE INDEX creatives_by_campaign ON creatives (campaign_id);

CREATE TABLE impressions (
  impression_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  creative_id uuid NOT NULL,
  user_id uuid REFERENCES users,
  session_id uuid NOT NULL,
  served_at timestamptz NOT NULL,
  territory country NOT NULL,
  plan text NOT NULL,
  device_kind text NOT NULL,
  audible_ms integer NOT NULL CHECK (audible_ms >= 0),
  quartile integer NOT NULL CHECK (quartile BETWEEN 0 AND 4),
  clicked_at timestamptz CHECK (clicked_at >= served_at),
  invalid_reason text CHECK (invalid_reason IN ('inaudible', 'robot', 'repeated', 'capped')),
  counted boolean NOT NULL GENERATED ALWAYS AS (audible_ms >= 2000 AND invalid_reason IS NULL) STORED,
  currency currency NOT NULL,
  cost_micros micros NOT NULL,
  PRIMARY KEY (impression_id, served_at),
  FOREIGN KEY (creative_id, campaign_id) REFERENCES creatives (creative_id, campaign_id),
  FOREIGN KEY (campaign_id, currency) REFERENCES campaigns (campaign_id, currency)
) PARTITION BY RANGE (served_at);
COMMENT ON TABLE impressions IS 'That a creative was served to a listener, and what he heard of it.';
COMMENT ON COLUMN impressions.impression_id IS 'UUIDv7, made by the caller with served_at: the same pair each time it is entered.';
COMMENT ON COLUMN impressions.user_id IS 'Null once that user is erased.';
COMMENT ON COLUMN impressions.audible_ms IS 'The longest stretch without a break.';
COMMENT ON COLUMN impressions.quartile IS 'How many quarters were reached; 4: heard to its end.';
COMMENT ON COLUMN impressions.counted IS 'Audible for 2 s on end and not invalid (MRC): what is billed.';
COMMENT ON COLUMN impressions.cost_micros IS 'What it costs the advertiser if it is counted.';
CREATE INDEX impressions_by_campaign ON impressions (campaign_id, served_at);
CREATE INDEX impressions_by_user ON impressions (user_id, served_at);

GRANT SELECT, INSERT, UPDATE ON advertisers, campaigns, creatives TO segue_ads;
GRANT SELECT, INSERT ON impressions TO segue_ads;
GRANT UPDATE (audible_ms, quartile, clicked_at, invalid_reason) ON impressions TO segue_ads;
GRANT SELECT ON advertisers, campaigns, creatives TO segue_finance, segue_analyst;
GRANT SELECT ON impressions TO segue_analyst;
GRANT SELECT (impression_id, campaign_id, creative_id, served_at, territory, plan, counted, currency, cost_micros) ON impressions TO segue_finance;
GRANT SELECT ON impressions TO segue_gateway;

ALTER TABLE impressions ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_services ON impressions TO segue_ads USING (true) WITH CHECK (true);
CREATE POLICY read_by_services ON impressions FOR SELECT TO segue_finance, segue_analyst USING (true);
CREATE POLICY own ON impressions FOR SELECT TO segue_gateway USING (user_id = current_listener());
