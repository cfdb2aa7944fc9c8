-- Who changed what where money and rights are: written by triggers, so that no service can leave it out, and none can write it.

CREATE TABLE audit_log (
  entry_id uuid NOT NULL DEFAULT gen_random_uuid(),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  login text NOT NULL,
  role text NOT NULL,
  user_id uuid,
  action text NOT NULL CHECK (action IN ('insert', 'update', 'delete')),
  table_name text NOT NULL,
  row_key jsonb NOT NULL,
  changed text[] NOT NULL,
  before jsonb,
  after jsonb,
  PRIMARY KEY (entry_id, at)
) PARTITION BY RANGE (at);
COMMENT ON TABLE audit_log IS 'Each change of a row of accounts, rights, budgets and months. Only ever added to.';
COMMENT ON COLUMN audit_log.login IS 'Who had signed in to the database, and as which role he spoke.';
COMMENT ON COLUMN audit_log.user_id IS 'The listener in whose name it was done; null: in nobody''s.';
COMMENT ON COLUMN audit_log.row_key IS 'The primary key of the row.';
COMMENT ON COLUMN audit_log.changed IS 'The columns that have another value than before: of a row that is new or gone all that are not null.';
COMMENT ON COLUMN audit_log.before IS 'Their values, where the table has nothing of a listener; null: not kept, so that what is erased is not here.';
CREATE INDEX audit_log_by_table ON audit_log (table_name, at);
CREATE TRIGGER audit_log_is_kept BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION is_only_added_to();

CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE jsonb_strip_nulls(to_jsonb(OLD)) END;
  new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE jsonb_strip_nulls(to_jsonb(NEW)) END;
  keeps_values boolean := TG_ARGV[0] = 'values';
  key_columns text[];
  changed_columns text[];
BEGIN
  SELECT array_agg(name ORDER BY name) INTO changed_columns
    FROM jsonb_object_keys(old_row || new_row) AS name WHERE old_row -> name IS DISTINCT FROM new_row -> name;
  IF changed_columns IS NULL THEN RETURN NULL; END IF;
  SELECT array_agg(a.attname) INTO key_columns
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
   WHERE i.indrelid = TG_RELID AND i.indisprimary;
  INSERT INTO audit_log (login, role, user_id, action, table_name, row_key, changed, before, after)
  SELECT session_user, CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role') END,
         current_listener(), lower(TG_OP), TG_TABLE_NAME,
         (SELECT jsonb_object_agg(k, (CASE WHEN TG_OP = 'DELETE' THEN old_row ELSE new_row END) -> k) FROM unnest(key_columns) AS k),
         changed_columns,
         CASE WHEN keeps_values AND TG_OP <> 'INSERT' THEN (SELECT jsonb_object_agg(c, old_row -> c) FROM unnest(changed_columns) AS c) END,
         CASE WHEN keeps_values AND TG_OP <> 'DELETE' THEN (SELECT jsonb_object_agg(c, new_row -> c) FROM unnest(changed_columns) AS c) END;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION note_change IS 'For triggers: enters the change into audit_log; with the argument ''values'' what was there before and after, else the names of columns alone.';
REVOKE EXECUTE ON FUNCTION note_change FROM PUBLIC;

DO $$
DECLARE audited text;
BEGIN
  FOREACH audited IN ARRAY ARRAY['users', 'subscriptions', 'subscription_members', 'payment_methods', 'payments', 'refunds'] LOOP
    EXECUTE format('CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION note_change(''names'')', audited);
  END LOOP;
  FOREACH audited IN ARRAY ARRAY['plans', 'plan_prices', 'rights_holders', 'track_rights', 'contracts', 'contract_versions', 'contract_shares',
                                 'contract_tracks', 'advances', 'accounting_months', 'fx_rates', 'advertisers', 'campaigns', 'creatives'] LOOP
    EXECUTE format('CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION note_change(''values'')', audited);
  END LOOP;
END $$;

GRANT SELECT ON audit_log TO segue_finance;
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_by_services ON audit_log FOR SELECT TO segue_finance USING (true);
