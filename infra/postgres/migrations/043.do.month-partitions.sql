-- Large tables are cut by month (ADR 0015). Here is how a month is made and retired, and the first table that is cut: the paid streams.

CREATE FUNCTION uuid_of_month(month date) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM date_trunc('month', month::timestamp)) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;
COMMENT ON FUNCTION uuid_of_month IS 'No UUIDv7 made in the month or later is smaller, none made before is as great: the bounds of a month in a table that is cut by its ids.';

CREATE FUNCTION month_of_uuid(id uuid) RETURNS date LANGUAGE sql IMMUTABLE AS $$
  SELECT date_trunc('month', to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0) AT TIME ZONE 'UTC')::date
$$;
COMMENT ON FUNCTION month_of_uuid IS 'The month, in UTC, in which a UUIDv7 was made.';

CREATE FUNCTION make_month_partition(parent text, month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  first date := date_trunc('month', month::timestamp)::date;
  next date := (first + interval '1 month')::date;
  part text := format('%s_%s', parent, to_char(first, 'YYYY_MM'));
  key_type regtype;
  span text;
BEGIN
  SELECT a.atttypid INTO key_type
    FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
   WHERE c.relname = parent AND c.relnamespace = 'public'::regnamespace;
  IF key_type IS NULL THEN RAISE EXCEPTION '% is no table that is cut by month', parent; END IF;
  IF to_regclass(format('public.%I', part)) IS NOT NULL THEN RETURN false; END IF;
  span := CASE key_type
    WHEN 'uuid'::regtype THEN format('FROM (%L) TO (%L)', uuid_of_month(first), uuid_of_month(next))
    ELSE format('FROM (%L) TO (%L)', first || ' 00:00:00+00', next || ' 00:00:00+00') END;
  -- Made beside the table and then attached: that does not wait for whoever reads or writes it, nor make them wait.
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
  EXECUTE format('COMMENT ON TABLE %I IS %L', part, format('The month %s of %s.', to_char(first, 'YYYY-MM'), parent));
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES %s', parent, part, span);
  RETURN true;
END $$;
COMMENT ON FUNCTION make_month_partition IS 'Makes the partition of a month; false: it was there.';

CREATE FUNCTION retire_month_partition(parent text, month date) RETURNS boolean
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
  RETURN true;
END $$;
COMMENT ON FUNCTION retire_month_partition IS 'Drops the partition of a month that has ended, with its rows; false: there was none.';

REVOKE EXECUTE ON FUNCTION make_month_partition, retire_month_partition FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_month_partition, retire_month_partition TO segue_maintenance;

-- The streams are cut by their ids, so that a stream stays one row however it ends, whatever time its ends say.
ALTER TABLE royalty_streams RENAME TO royalty_streams_uncut;
ALTER TABLE royalty_streams_uncut DROP CONSTRAINT royalty_streams_pkey;
DROP INDEX royalty_streams_by_artist, royalty_streams_by_time;
CREATE TABLE royalty_streams (
  LIKE royalty_streams_uncut INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING COMMENTS,
  PRIMARY KEY (stream_id)
) PARTITION BY RANGE (stream_id);
COMMENT ON TABLE royalty_streams IS 'Plays of 30 s or more, as the server measured them. A stream that ended twice is here once: the end with the greatest ms_played counts, and of equal ones the first that was read.';
COMMENT ON COLUMN royalty_streams.stream_id IS 'UUIDv7, made by the gateway when the stream began: its time is started_at.';
CREATE INDEX royalty_streams_by_artist ON royalty_streams (artist_id, started_at DESC);
CREATE INDEX royalty_streams_by_time ON royalty_streams (started_at);
SELECT make_month_partition('royalty_streams', month) FROM (SELECT DISTINCT month_of_uuid(stream_id) AS month FROM royalty_streams_uncut) AS months;
INSERT INTO royalty_streams (stream_id, listener_id, track_id, isrc, artist_id, started_at, ended_at, ms_played, territory, tier, session_id,
                             device_id, reason_end, flags, noted_at, reason_start)
SELECT stream_id, listener_id, track_id, isrc, artist_id, started_at, ended_at, ms_played, territory, tier, session_id,
       device_id, reason_end, flags, noted_at, reason_start FROM royalty_streams_uncut;
DROP TABLE royalty_streams_uncut;

GRANT SELECT, INSERT, UPDATE ON royalty_streams TO segue_royalties;
GRANT SELECT ON royalty_streams TO segue_finance;
GRANT SELECT (stream_id, track_id, isrc, artist_id, started_at, reason_start, ended_at, ms_played, territory, tier, reason_end, flags, counted)
  ON royalty_streams TO segue_gateway, segue_analyst;
ALTER TABLE royalty_streams ENABLE ROW LEVEL SECURITY;
CREATE POLICY entered ON royalty_streams TO segue_royalties USING (true) WITH CHECK (true);
CREATE POLICY read_by_services ON royalty_streams FOR SELECT TO segue_finance, segue_gateway, segue_analyst USING (true);
