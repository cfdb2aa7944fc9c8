-- Erasure of a listener: who asked for it, how far it is, and the three places of the schema that keep what is written for ever, but not against him.

CREATE TABLE erasures (
  erasure_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  account_id text UNIQUE,
  user_id uuid REFERENCES users,
  pseudonym text NOT NULL UNIQUE DEFAULT 'erased-' || gen_random_uuid(),
  asked_at timestamptz NOT NULL DEFAULT now(),
  asked_by text NOT NULL DEFAULT session_user,
  passes integer NOT NULL DEFAULT 0 CHECK (passes >= 0),
  passed_at timestamptz,
  ended_at timestamptz,
  CHECK ((ended_at IS NULL) = (account_id IS NOT NULL)),
  CHECK ((passes = 0) = (passed_at IS NULL))
);
COMMENT ON TABLE erasures IS 'Listeners that were erased. A pass goes over all stores, and again when Kafka has forgotten what could come back from it; then the account is forgotten here as well.';
COMMENT ON COLUMN erasures.account_id IS 'Until the last pass: by it the others find what is left.';
COMMENT ON COLUMN erasures.pseudonym IS 'What the books call the account from then on. Made by lot: nothing leads back.';
COMMENT ON COLUMN erasures.passed_at IS 'When the latest pass had gone over all stores.';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON erasures FOR EACH ROW EXECUTE FUNCTION note_change('names');
ALTER TABLE erasures ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION is_erasing() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT current_setting('segue.erasing', true) = 'on' AND current_user = 'segue_owner'
$$;
COMMENT ON FUNCTION is_erasing IS 'Whether the transaction erases a listener: said by SET LOCAL segue.erasing, and believed of the owner alone.';

DROP TRIGGER playlist_edits_are_not_changed ON playlist_edits;
CREATE TRIGGER playlist_edits_are_not_changed BEFORE UPDATE ON playlist_edits FOR EACH ROW
  WHEN (NOT is_erasing() AND (NEW.user_id IS NOT NULL OR to_jsonb(NEW) - 'user_id' <> to_jsonb(OLD) - 'user_id'))
  EXECUTE FUNCTION is_only_added_to();

DROP TRIGGER sharing_case_history_is_kept ON sharing_case_history;
CREATE TRIGGER sharing_case_history_is_kept BEFORE UPDATE OR DELETE ON sharing_case_history FOR EACH ROW
  WHEN (NOT is_erasing()) EXECUTE FUNCTION sharing_case_history_is_kept();
