-- The audit log as a chain: each entry gets a link that holds its digest and a hash over the link before, so that whoever changes one has to change all that came after.
-- Written by the database when a transaction commits: the chain is held for as long as a commit takes, not for as long as a transaction does.

ALTER TABLE audit_log DROP CONSTRAINT audit_log_action_check,
  ADD CONSTRAINT audit_log_action_check CHECK (action IN ('insert', 'update', 'delete', 'retire'));

CREATE TABLE audit_links (
  sequence bigint PRIMARY KEY CHECK (sequence > 0),
  entry_id uuid NOT NULL UNIQUE,
  at timestamptz NOT NULL,
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  hash bytea NOT NULL CHECK (octet_length(hash) = 32)
);
COMMENT ON TABLE audit_links IS 'The chain over audit_log, a link an entry, in the order of commits. Stays when months of audit_log are retired: the anchor of what follows. Only ever added to.';
COMMENT ON COLUMN audit_links.sequence IS 'From 1, without a gap.';
COMMENT ON COLUMN audit_links.at IS 'As the entry has it.';
COMMENT ON COLUMN audit_links.digest IS 'SHA-256 of the columns of the entry: audit_digest.';
COMMENT ON COLUMN audit_links.hash IS 'SHA-256 of the hash of the link before (zeros before the first), the digest, sequence, entry_id and the time in microseconds.';

CREATE FUNCTION audit_field(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN value IS NULL THEN '-,' ELSE octet_length(value) || ':' || value || ',' END
$$;
COMMENT ON FUNCTION audit_field IS 'A value with its length before it, so that no two rows are written alike.';

CREATE FUNCTION audit_micros(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT (extract(epoch FROM at) * 1000000)::bigint
$$;
COMMENT ON FUNCTION audit_micros IS 'A time as a number, whatever the time zone of the session.';

CREATE FUNCTION audit_digest(entry audit_log) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(convert_to(audit_field(entry.entry_id::text) || audit_field(audit_micros(entry.at)::text) || audit_field(entry.login) ||
    audit_field(entry.role) || audit_field(entry.user_id::text) || audit_field(entry.action) || audit_field(entry.table_name) ||
    audit_field(entry.row_key::text) || audit_field(entry.changed::text) || audit_field(entry.before::text) || audit_field(entry.after::text), 'UTF8'))
$$;
COMMENT ON FUNCTION audit_digest IS 'Of all columns of an entry. `npm run segue -- audit verify` reckons it by itself.';

CREATE FUNCTION append_audit_link(entry audit_log) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  last_sequence bigint := 0;
  last_hash bytea := decode(repeat('00', 32), 'hex');
  found_link audit_links;
  digest bytea := audit_digest(entry);
BEGIN
  -- Commits take turns; what one appended is seen by the next. The number only has to be ours.
  PERFORM pg_advisory_xact_lock(7346833);
  SELECT * INTO found_link FROM audit_links ORDER BY sequence DESC LIMIT 1;
  IF FOUND THEN
    last_sequence := found_link.sequence;
    last_hash := found_link.hash;
  END IF;
  INSERT INTO audit_links (sequence, entry_id, at, digest, hash)
  VALUES (last_sequence + 1, entry.entry_id, entry.at, digest,
          sha256(last_hash || digest || int8send(last_sequence + 1) || uuid_send(entry.entry_id) || int8send(audit_micros(entry.at))));
END $$;
COMMENT ON FUNCTION append_audit_link IS 'Adds the link of an entry to the end of the chain.';

CREATE FUNCTION link_audit_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM append_audit_link(NEW);
  RETURN NULL;
END $$;
COMMENT ON FUNCTION link_audit_entry IS 'For the trigger of audit_log: at commit, every entry has its link.';
REVOKE EXECUTE ON FUNCTION append_audit_link, link_audit_entry FROM PUBLIC;

-- What was entered before there was a chain begins it.
DO $$
DECLARE entry audit_log;
BEGIN
  FOR entry IN SELECT * FROM audit_log ORDER BY at, entry_id LOOP PERFORM append_audit_link(entry); END LOOP;
END $$;

CREATE CONSTRAINT TRIGGER link_audit_entry AFTER INSERT ON audit_log
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION link_audit_entry();
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER link_audit_entry;
CREATE TRIGGER audit_log_is_not_emptied BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION is_only_added_to();
CREATE TRIGGER audit_links_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_links
  FOR EACH STATEMENT EXECUTE FUNCTION is_only_added_to();
ALTER TABLE audit_links ENABLE ALWAYS TRIGGER audit_links_are_kept;

-- A month that is dropped leaves an entry: by it the verifier knows why entries of the month are not there.
CREATE OR REPLACE FUNCTION retire_month_partition(parent text, month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  first date := date_trunc('month', month::timestamp)::date;
  part text := format('%s_%s', parent, to_char(first, 'YYYY_MM'));
BEGIN
  IF (first + interval '1 month') AT TIME ZONE 'UTC' > now() THEN
    RAISE EXCEPTION 'the month % of % has not ended', to_char(first, 'YYYY-MM'), parent;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = to_regclass(format('public.%I', parent))
                                           AND inhrelid = to_regclass(format('public.%I', part))) THEN
    RETURN false;
  END IF;
  EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, part);
  EXECUTE format('DROP TABLE %I', part);
  INSERT INTO audit_log (login, role, action, table_name, row_key, changed)
  VALUES (session_user, CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role') END,
          'retire', parent, jsonb_build_object('month', to_char(first, 'YYYY-MM')), '{}');
  RETURN true;
END $$;
COMMENT ON FUNCTION retire_month_partition IS 'Drops the partition of a month that has ended, with its rows, and enters that into audit_log; false: there was none.';

GRANT SELECT ON audit_links TO segue_finance;
