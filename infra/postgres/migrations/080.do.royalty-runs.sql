-- The reckoning of a month: by which rules, from which input, what each holder gets of it, and which streams came too late for their own.

CREATE TABLE royalty_runs (
  run_id uuid PRIMARY KEY,
  month date NOT NULL REFERENCES accounting_months,
  model text NOT NULL CHECK (model IN ('pro-rata', 'user-centric', 'artist-centric')),
  rules jsonb NOT NULL,
  input_hash text NOT NULL CHECK (input_hash ~ '^[0-9a-f]{64}$'),
  streams_until timestamptz NOT NULL,
  status text NOT NULL DEFAULT 'started' CHECK (status IN ('started', 'finished', 'abandoned')),
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  result_hash text CHECK (result_hash ~ '^[0-9a-f]{64}$'),
  UNIQUE (run_id, month),
  CHECK ((status <> 'started') = (finished_at IS NOT NULL)),
  CHECK ((status = 'finished') = (result_hash IS NOT NULL))
);
COMMENT ON TABLE royalty_runs IS 'That a month was reckoned by a model: the rules, the hash of what went in and the hash of what came out. The same input and rules are the same run.';
COMMENT ON COLUMN royalty_runs.run_id IS 'Made by the caller from month, model, rules and input hash: a close that was killed finds its run again.';
COMMENT ON COLUMN royalty_runs.rules IS 'All that the model was told: enough to reckon again.';
COMMENT ON COLUMN royalty_runs.input_hash IS 'SHA-256 of streams, revenue and splits, in the order of the reckoning.';
COMMENT ON COLUMN royalty_runs.streams_until IS 'A stream of the month that was noted later is an adjustment of the next.';
COMMENT ON COLUMN royalty_runs.finished_at IS 'Or abandoned.';
CREATE UNIQUE INDEX royalty_runs_one_a_model ON royalty_runs (month, model) WHERE status <> 'abandoned';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON royalty_runs FOR EACH ROW EXECUTE FUNCTION note_change('values');
CREATE TRIGGER royalty_runs_are_kept BEFORE DELETE OR TRUNCATE ON royalty_runs FOR EACH STATEMENT EXECUTE FUNCTION is_only_added_to();

CREATE TABLE royalty_pools (
  run_id uuid NOT NULL REFERENCES royalty_runs,
  territory country NOT NULL,
  tier text NOT NULL,
  rights text NOT NULL CHECK (rights IN ('recording', 'composition')),
  currency currency NOT NULL,
  net_revenue_micros micros NOT NULL,
  share_num bigint NOT NULL CHECK (share_num >= 0),
  share_den bigint NOT NULL CHECK (share_den >= share_num AND share_den > 0),
  amount_micros micros NOT NULL,
  listeners bigint NOT NULL CHECK (listeners >= 0),
  streams bigint NOT NULL CHECK (streams >= 0),
  PRIMARY KEY (run_id, territory, tier, rights),
  CHECK (amount_micros::numeric = div(net_revenue_micros::numeric * share_num, share_den))
);
COMMENT ON TABLE royalty_pools IS 'What a run has to divide: of a territory and tier the share of the net revenue, rounded down. Only ever added to.';
COMMENT ON COLUMN royalty_pools.share_num IS 'The share of the pool in net revenue is share_num / share_den.';
COMMENT ON COLUMN royalty_pools.streams IS 'That counted.';

CREATE TABLE royalty_lines (
  run_id uuid NOT NULL,
  line integer NOT NULL CHECK (line > 0),
  kind text NOT NULL CHECK (kind IN ('share', 'minimum')),
  territory country NOT NULL,
  tier text NOT NULL,
  currency currency NOT NULL,
  rights text NOT NULL CHECK (rights IN ('recording', 'composition')),
  isrc text CHECK (isrc ~ '^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$'),
  holder_id uuid,
  contract_id uuid,
  contract_version integer,
  streams bigint NOT NULL CHECK (streams >= 0),
  amount_micros micros NOT NULL,
  PRIMARY KEY (run_id, line),
  CONSTRAINT royalty_lines_once UNIQUE NULLS NOT DISTINCT
    (isrc, run_id, territory, tier, currency, rights, kind, holder_id, contract_id, contract_version),
  FOREIGN KEY (contract_id, contract_version, holder_id) REFERENCES contract_shares,
  CHECK (num_nulls(contract_id, contract_version) <> 1),
  CHECK (isrc IS NOT NULL OR (kind = 'share' AND num_nonnulls(holder_id, contract_id) = 0)),
  CHECK (isrc IS NULL OR holder_id IS NOT NULL)
);
COMMENT ON TABLE royalty_lines IS 'The result of a run, and what statements are made from: who gets how much of which track, where, by which contract. Only ever added to.';
COMMENT ON COLUMN royalty_lines.line IS 'Its place in the result, from 1 on, sorted by territory, tier, currency, ISRC and holder as bytes.';
COMMENT ON COLUMN royalty_lines.kind IS 'A share of the pool, or what a minimum of the contract adds to it.';
COMMENT ON COLUMN royalty_lines.isrc IS 'Null, with holder_id: of the pool nothing was streamed, and it is allocated to nobody.';
COMMENT ON COLUMN royalty_lines.contract_id IS 'Null: by the rights of the track alone.';
COMMENT ON COLUMN royalty_lines.streams IS 'Of the track that counted in the pool: the same on the line of each of its holders.';
CREATE INDEX royalty_lines_by_holder ON royalty_lines (holder_id, run_id);
CREATE INDEX royalty_lines_by_contract ON royalty_lines (contract_id, contract_version) WHERE contract_id IS NOT NULL;

CREATE TABLE royalty_adjustments (
  stream_id uuid PRIMARY KEY,
  belonged_to date NOT NULL REFERENCES accounting_months,
  entered_in date NOT NULL,
  run_id uuid NOT NULL,
  reason text NOT NULL CHECK (reason IN ('late', 'longer')),
  FOREIGN KEY (run_id, entered_in) REFERENCES royalty_runs (run_id, month),
  CHECK (belonged_to < entered_in)
);
COMMENT ON TABLE royalty_adjustments IS 'Streams of a month that was closed, entered in a later one: once. Only ever added to.';
COMMENT ON COLUMN royalty_adjustments.reason IS 'Noted after the close, or noted before and counted by an end that came after it.';
CREATE INDEX royalty_adjustments_by_run ON royalty_adjustments (run_id);

-- What a run wrote is not changed, and nothing is added once it has ended.
CREATE FUNCTION royalty_run_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE odd uuid;
BEGIN
  -- Whoever ends the run waits for this, or this sees that it has ended.
  PERFORM FROM royalty_runs WHERE run_id IN (SELECT run_id FROM entered) ORDER BY run_id FOR SHARE;
  SELECT e.run_id INTO odd FROM (SELECT DISTINCT run_id FROM entered) AS e LEFT JOIN royalty_runs r USING (run_id)
   WHERE e.run_id IS NOT NULL AND r.status IS DISTINCT FROM 'started' LIMIT 1;
  IF odd IS NOT NULL THEN
    RAISE EXCEPTION 'the run % has ended, or was never started', odd USING ERRCODE = 'check_violation', CONSTRAINT = 'royalty_run_is_open';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION royalty_run_is_open IS 'For triggers of tables that belong to a run.';

DO $$
DECLARE kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['royalty_pools', 'royalty_lines', 'royalty_adjustments'] LOOP
    EXECUTE format('CREATE TRIGGER royalty_run_is_open AFTER INSERT ON %I REFERENCING NEW TABLE AS entered
                    FOR EACH STATEMENT EXECUTE FUNCTION royalty_run_is_open()', kept);
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION is_only_added_to()', kept || '_are_kept', kept);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', kept, kept || '_are_kept');
  END LOOP;
END $$;

-- In place of foreign keys, which look once a row: those of the lines by a contract are its parties', of the others here.
CREATE FUNCTION royalty_lines_have_holders() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE odd uuid;
BEGIN
  SELECT e.holder_id INTO odd FROM (SELECT DISTINCT holder_id FROM entered WHERE contract_id IS NULL) AS e
   WHERE e.holder_id IS NOT NULL AND NOT EXISTS (SELECT FROM rights_holders h WHERE h.holder_id = e.holder_id) LIMIT 1;
  IF odd IS NOT NULL THEN
    RAISE EXCEPTION 'there is no rights holder %', odd USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'royalty_lines_have_holders';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION royalty_lines_have_holders IS 'A line that no contract stands behind is of a holder that is there.';
CREATE TRIGGER royalty_lines_have_holders AFTER INSERT ON royalty_lines REFERENCING NEW TABLE AS entered
  FOR EACH STATEMENT EXECUTE FUNCTION royalty_lines_have_holders();

-- A month goes from open to closing and closed, and may go back to open only before it is closed.
CREATE FUNCTION accounting_months_stay_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE run uuid;
BEGIN
  IF OLD.status = 'closed' OR NEW.month <> OLD.month THEN
    RAISE EXCEPTION 'the month % is closed, or is to become another', to_char(OLD.month, 'YYYY-MM')
      USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_months_stay_closed';
  END IF;
  IF NEW.status = 'closed' THEN
    SELECT run_id INTO run FROM royalty_runs WHERE month = NEW.month AND status = 'started' LIMIT 1;
    IF run IS NOT NULL THEN
      RAISE EXCEPTION 'the month % cannot be closed: its run % has not ended', to_char(NEW.month, 'YYYY-MM'), run
        USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_months_runs_ended';
    END IF;
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION accounting_months_stay_closed IS 'A closed month is never opened again; what is wrong in it is put right in a later one.';
CREATE TRIGGER accounting_months_stay_closed BEFORE UPDATE ON accounting_months
  FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION accounting_months_stay_closed();
CREATE TRIGGER accounting_months_are_kept BEFORE DELETE OR TRUNCATE ON accounting_months
  FOR EACH STATEMENT EXECUTE FUNCTION is_only_added_to();

-- What a line was reckoned by is kept as it was: a change is a new version. Its days alone may still end.
CREATE FUNCTION contract_version_was_paid_by() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM royalty_lines WHERE contract_id = OLD.contract_id AND contract_version = OLD.version) THEN
    RAISE EXCEPTION 'version % of contract % was paid by: make a new version', OLD.version, OLD.contract_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_version_was_paid_by';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
COMMENT ON FUNCTION contract_version_was_paid_by IS 'For triggers of contract versions and their shares: a version that a line names is not changed.';
CREATE TRIGGER contract_version_was_paid_by BEFORE UPDATE ON contract_versions FOR EACH ROW
  WHEN ((OLD.contract_id, OLD.version, OLD.is_worldwide, OLD.territories, OLD.currency, OLD.revenue_num, OLD.revenue_den,
         OLD.minimum_per_stream_micros, OLD.minimum_per_subscriber_micros, OLD.minimum_per_month_micros, lower(OLD.valid))
    IS DISTINCT FROM
        (NEW.contract_id, NEW.version, NEW.is_worldwide, NEW.territories, NEW.currency, NEW.revenue_num, NEW.revenue_den,
         NEW.minimum_per_stream_micros, NEW.minimum_per_subscriber_micros, NEW.minimum_per_month_micros, lower(NEW.valid)))
  EXECUTE FUNCTION contract_version_was_paid_by();
CREATE TRIGGER contract_version_was_paid_by BEFORE UPDATE OR DELETE ON contract_shares FOR EACH ROW
  EXECUTE FUNCTION contract_version_was_paid_by();

GRANT SELECT ON royalty_runs TO segue_finance;
GRANT INSERT (run_id, month, model, rules, input_hash, streams_until) ON royalty_runs TO segue_finance;
GRANT UPDATE (status, finished_at, result_hash) ON royalty_runs TO segue_finance;
GRANT SELECT, INSERT ON royalty_pools, royalty_lines, royalty_adjustments TO segue_finance;
