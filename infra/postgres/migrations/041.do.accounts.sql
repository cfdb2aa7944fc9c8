-- Who listens, by which plan, and what was paid for it. No card number, expiry code or holder's name has a column here.

CREATE TABLE plans (
  plan text PRIMARY KEY CHECK (plan ~ '^[a-z][a-z-]{1,30}$'),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
  streams integer NOT NULL CHECK (streams BETWEEN 1 AND 100),
  max_members integer NOT NULL CHECK (max_members BETWEEN 1 AND 20),
  has_ads boolean NOT NULL
);
COMMENT ON TABLE plans IS 'What a listener may subscribe to.';
COMMENT ON COLUMN plans.plan IS 'The word that tokens, records and royalty_streams.tier have.';
COMMENT ON COLUMN plans.streams IS 'How many streams an account may have at once.';
COMMENT ON COLUMN plans.max_members IS 'How many listeners share it, the payer among them.';

CREATE TABLE plan_prices (
  plan text NOT NULL REFERENCES plans,
  country country NOT NULL,
  valid daterange NOT NULL CHECK (NOT isempty(valid)),
  currency currency NOT NULL,
  amount_micros micros NOT NULL,
  tax_num integer NOT NULL CHECK (tax_num >= 0),
  tax_den integer NOT NULL CHECK (tax_den > 0),
  PRIMARY KEY (plan, country, valid),
  CONSTRAINT plan_prices_one_at_a_time EXCLUDE USING gist (plan WITH =, country WITH =, valid WITH &&)
);
COMMENT ON TABLE plan_prices IS 'What a month of a plan costs in a country, and since when. A plan without a price there is not sold there; a free one costs 0.';
COMMENT ON COLUMN plan_prices.amount_micros IS 'A month, with tax.';
COMMENT ON COLUMN plan_prices.tax_num IS 'The rate of the tax within the amount is tax_num / tax_den: 19/100.';

CREATE TABLE users (
  user_id uuid PRIMARY KEY,
  account_id text NOT NULL UNIQUE CHECK (char_length(account_id) BETWEEN 1 AND 128),
  display_name text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 200),
  country country NOT NULL,
  language text NOT NULL DEFAULT 'en' CHECK (language ~ '^[a-z]{2,3}(-[A-Z]{2})?$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz CHECK (closed_at >= created_at)
);
COMMENT ON TABLE users IS 'Listeners. How they sign in and are written to is the issuer''s to know.';
COMMENT ON COLUMN users.user_id IS 'UUIDv7, made by the caller.';
COMMENT ON COLUMN users.account_id IS 'The `sub` of tokens: what records, sessions and royalty_streams.listener_id call the account.';
COMMENT ON COLUMN users.country IS 'Where the account is at home, by which it is billed.';
COMMENT ON COLUMN users.language IS 'BCP 47: a language, and a region where that matters.';
COMMENT ON COLUMN users.closed_at IS 'Null while it is open.';

CREATE TABLE subscriptions (
  subscription_id uuid PRIMARY KEY,
  payer_id uuid NOT NULL REFERENCES users,
  plan text NOT NULL REFERENCES plans,
  period tstzrange NOT NULL CHECK (NOT isempty(period) AND lower_inc(period) AND NOT upper_inc(period) AND lower(period) IS NOT NULL),
  cancelled_at timestamptz,
  CHECK (cancelled_at IS NULL OR upper(period) IS NOT NULL),
  CONSTRAINT subscriptions_one_at_a_time EXCLUDE USING gist (payer_id WITH =, period WITH &&)
);
COMMENT ON TABLE subscriptions IS 'That a user has a plan, and when. A change of plan ends one and begins the next.';
COMMENT ON COLUMN subscriptions.period IS 'Without an upper bound it goes on until it is cancelled.';
COMMENT ON COLUMN subscriptions.cancelled_at IS 'When the end of the period was asked for; null: it ended by itself, or has not.';
CREATE INDEX subscriptions_by_plan ON subscriptions (plan);

CREATE TABLE subscription_members (
  subscription_id uuid NOT NULL REFERENCES subscriptions,
  user_id uuid NOT NULL REFERENCES users,
  period tstzrange NOT NULL CHECK (NOT isempty(period) AND lower_inc(period) AND NOT upper_inc(period) AND lower(period) IS NOT NULL),
  PRIMARY KEY (subscription_id, user_id, period),
  CONSTRAINT subscription_members_one_plan EXCLUDE USING gist (user_id WITH =, period WITH &&)
);
COMMENT ON TABLE subscription_members IS 'Who listens by a subscription, the payer as well if he does. Nobody has two plans at once.';

CREATE FUNCTION subscription_has_room() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  most integer;
  sharing integer;
BEGIN
  -- Two that join at once take turns.
  SELECT p.max_members INTO most FROM subscriptions s JOIN plans p USING (plan)
   WHERE s.subscription_id = NEW.subscription_id AND s.period @> NEW.period FOR UPDATE OF s;
  IF most IS NULL THEN
    RAISE EXCEPTION 'a member cannot outlast the subscription %', NEW.subscription_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'subscription_members_within';
  END IF;
  SELECT count(DISTINCT user_id) INTO sharing FROM subscription_members
   WHERE subscription_id = NEW.subscription_id AND user_id <> NEW.user_id AND period && NEW.period;
  IF sharing >= most THEN
    RAISE EXCEPTION 'the subscription % has % members already', NEW.subscription_id, most
      USING ERRCODE = 'check_violation', CONSTRAINT = 'subscription_members_room';
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION subscription_has_room IS 'Members within the period of their subscription, and no more of them than the plan has room for.';
CREATE TRIGGER subscription_has_room BEFORE INSERT OR UPDATE ON subscription_members
  FOR EACH ROW EXECUTE FUNCTION subscription_has_room();

CREATE TABLE payment_methods (
  method_id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users,
  provider text NOT NULL CHECK (provider ~ '^[a-z][a-z0-9-]{1,30}$'),
  token text NOT NULL CHECK (char_length(token) BETWEEN 8 AND 255 AND token !~ '[0-9]([ -]?[0-9]){11,}'),
  kind text NOT NULL CHECK (kind IN ('card', 'debit', 'wallet')),
  last_four char(4) NOT NULL CHECK (last_four ~ '^[0-9]{4}$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  UNIQUE (provider, token)
);
COMMENT ON TABLE payment_methods IS 'How a user pays, as the payment provider keeps it: we hold its token and the last four digits, never card data.';
COMMENT ON COLUMN payment_methods.token IS 'Means something to the provider alone. A row of twelve digits or more, as card numbers are, is refused.';
COMMENT ON COLUMN payment_methods.last_four IS 'So that the user knows which it is.';
CREATE INDEX payment_methods_by_user ON payment_methods (user_id);

CREATE TABLE payments (
  payment_id uuid PRIMARY KEY,
  subscription_id uuid NOT NULL REFERENCES subscriptions,
  method_id uuid REFERENCES payment_methods,
  covers tstzrange NOT NULL CHECK (NOT isempty(covers) AND lower(covers) IS NOT NULL AND upper(covers) IS NOT NULL),
  currency currency NOT NULL,
  gross_micros micros NOT NULL,
  tax_micros micros NOT NULL,
  net_micros bigint NOT NULL GENERATED ALWAYS AS (gross_micros - tax_micros) STORED,
  status text NOT NULL CHECK (status IN ('pending', 'settled', 'failed')),
  provider_reference text NOT NULL UNIQUE CHECK (char_length(provider_reference) BETWEEN 1 AND 255),
  created_at timestamptz NOT NULL DEFAULT now(),
  settled_at timestamptz,
  CHECK (tax_micros <= gross_micros),
  CHECK ((status = 'settled') = (settled_at IS NOT NULL)),
  CONSTRAINT payments_cover_once EXCLUDE USING gist (subscription_id WITH =, covers WITH &&) WHERE (status = 'settled')
);
COMMENT ON TABLE payments IS 'What was asked of a payer and what came of it. No day of a subscription is paid for twice.';
COMMENT ON COLUMN payments.method_id IS 'Null once the user had the method forgotten.';
COMMENT ON COLUMN payments.covers IS 'The time that is paid for: what of it lies in a month is that month''s revenue.';
COMMENT ON COLUMN payments.net_micros IS 'Without tax: what the shares of rights holders are reckoned from.';
COMMENT ON COLUMN payments.provider_reference IS 'The provider''s name of the payment.';
CREATE INDEX payments_by_time ON payments (created_at);

CREATE TABLE refunds (
  refund_id uuid PRIMARY KEY,
  payment_id uuid NOT NULL REFERENCES payments,
  gross_micros micros NOT NULL CHECK (gross_micros > 0),
  tax_micros micros NOT NULL,
  reason text NOT NULL CHECK (reason IN ('asked', 'outage', 'fraud', 'chargeback')),
  refunded_at timestamptz NOT NULL DEFAULT now(),
  CHECK (tax_micros <= gross_micros)
);
COMMENT ON TABLE refunds IS 'What went back of a payment, in its currency. Only ever added to.';
CREATE INDEX refunds_by_payment ON refunds (payment_id);
CREATE TRIGGER refunds_are_kept BEFORE UPDATE OR DELETE ON refunds FOR EACH ROW EXECUTE FUNCTION is_only_added_to();

CREATE FUNCTION listener_of(account text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT user_id FROM users WHERE account_id = account AND closed_at IS NULL
$$;
COMMENT ON FUNCTION listener_of IS 'The user of a token''s `sub`, for segue.user_id: the one question that is asked before it is known who asks.';
REVOKE EXECUTE ON FUNCTION listener_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION listener_of TO segue_gateway;

GRANT SELECT ON plans, plan_prices TO segue_gateway, segue_billing, segue_finance, segue_analyst, segue_ads;
GRANT INSERT, UPDATE ON plans, plan_prices TO segue_billing;

GRANT SELECT ON users, subscriptions, subscription_members TO segue_gateway;
GRANT UPDATE (display_name, language) ON users TO segue_gateway;
GRANT SELECT, INSERT, UPDATE ON users, subscriptions, subscription_members, payments TO segue_billing;
GRANT SELECT, INSERT, UPDATE, DELETE ON payment_methods TO segue_billing;
GRANT SELECT, INSERT ON refunds TO segue_billing;
GRANT SELECT (user_id, account_id, country, created_at, closed_at) ON users TO segue_finance;
GRANT SELECT ON subscriptions, subscription_members, payments, refunds TO segue_finance;
GRANT SELECT (user_id, country, language, created_at, closed_at) ON users TO segue_analyst;
GRANT SELECT ON subscriptions, subscription_members TO segue_analyst;
GRANT SELECT (method_id, user_id, provider, kind, last_four, created_at, revoked_at) ON payment_methods TO segue_gateway;
GRANT SELECT (payment_id, subscription_id, method_id, covers, currency, gross_micros, tax_micros, net_micros, status, created_at, settled_at)
  ON payments TO segue_gateway;

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE subscription_members ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_methods ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments ENABLE ROW LEVEL SECURITY;
ALTER TABLE refunds ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_services ON users TO segue_billing USING (true) WITH CHECK (true);
CREATE POLICY read_by_services ON users FOR SELECT TO segue_finance, segue_analyst USING (true);
CREATE POLICY own ON users FOR SELECT TO segue_gateway USING (user_id = current_listener());
CREATE POLICY own_changed ON users FOR UPDATE TO segue_gateway USING (user_id = current_listener());
CREATE POLICY of_services ON subscriptions TO segue_billing USING (true) WITH CHECK (true);
CREATE POLICY read_by_services ON subscriptions FOR SELECT TO segue_finance, segue_analyst USING (true);
CREATE POLICY own ON subscriptions FOR SELECT TO segue_gateway
  USING (payer_id = current_listener() OR subscription_id IN (SELECT m.subscription_id FROM subscription_members m WHERE m.user_id = current_listener()));
CREATE POLICY of_services ON subscription_members TO segue_billing USING (true) WITH CHECK (true);
CREATE POLICY read_by_services ON subscription_members FOR SELECT TO segue_finance, segue_analyst USING (true);
CREATE POLICY own ON subscription_members FOR SELECT TO segue_gateway USING (user_id = current_listener());
CREATE POLICY of_services ON payment_methods TO segue_billing USING (true) WITH CHECK (true);
CREATE POLICY own ON payment_methods FOR SELECT TO segue_gateway USING (user_id = current_listener());
CREATE POLICY of_services ON payments TO segue_billing USING (true) WITH CHECK (true);
CREATE POLICY read_by_services ON payments FOR SELECT TO segue_finance USING (true);
CREATE POLICY own ON payments FOR SELECT TO segue_gateway
  USING (subscription_id IN (SELECT s.subscription_id FROM subscriptions s WHERE s.payer_id = current_listener()));
CREATE POLICY of_services ON refunds FOR ALL TO segue_billing USING (true) WITH CHECK (true);
CREATE POLICY read_by_services ON refunds FOR SELECT TO segue_finance USING (true);
