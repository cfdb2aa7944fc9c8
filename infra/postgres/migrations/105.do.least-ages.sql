-- How long a month is kept at the least stands in the database: whoever may drop months drops none before, whatever he is told.

CREATE TABLE least_ages (
  table_name text PRIMARY KEY,
  months integer NOT NULL CHECK (months > 0)
);
COMMENT ON TABLE least_ages IS 'For how long each table that is cut by month is kept. Changed by a migration alone.';
COMMENT ON COLUMN least_ages.months IS 'Whole months after the one a row is of; in these no month is retired by anybody.';
INSERT INTO least_ages VALUES
  -- What was paid for, and why, is asked after for ten years.
  ('royalty_streams', 120), ('audit_log', 120),
  -- Of two years a campaign is compared with the one before.
  ('impressions', 25), ('withheld_ads', 25),
  -- A playlist keeps what it holds; how it came to that is asked after for three years.
  ('playlist_edits', 36);
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON least_ages FOR EACH ROW EXECUTE FUNCTION note_change('values');
GRANT SELECT ON least_ages TO segue_maintenance;

CREATE OR REPLACE FUNCTION retire_month_partition(parent text, month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  first date := date_trunc('month', month::timestamp)::date;
  part text := format('%s_%s', parent, to_char(first, 'YYYY_MM'));
  least integer := (SELECT a.months FROM least_ages a WHERE a.table_name = parent);
BEGIN
  IF (first + interval '1 month') AT TIME ZONE 'UTC' > now() THEN
    RAISE EXCEPTION 'the month % of % has not ended', to_char(first, 'YYYY-MM'), parent;
  END IF;
  IF least IS NULL THEN RAISE EXCEPTION 'least_ages does not say for how long % is kept', parent; END IF;
  IF first + make_interval(months => least) >= date_trunc('month', now() AT TIME ZONE 'UTC') THEN
    RAISE EXCEPTION 'the month % of % is kept for % months', to_char(first, 'YYYY-MM'), parent, least;
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
COMMENT ON FUNCTION retire_month_partition IS 'Drops the partition of a month that is older than least_ages has it, with its rows, and enters that into audit_log; false: there was none.';
