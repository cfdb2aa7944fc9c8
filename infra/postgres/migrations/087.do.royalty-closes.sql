-- What a month was closed by, and what was written about it.

CREATE TABLE royalty_closes (
  month date PRIMARY KEY REFERENCES accounting_months,
  close_id uuid NOT NULL UNIQUE,
  input_hash text NOT NULL CHECK (input_hash ~ '^[0-9a-f]{64}$'),
  part_hashes jsonb NOT NULL,
  object_key text NOT NULL,
  streams_until timestamptz NOT NULL,
  frozen_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE royalty_closes IS 'The input that a month is reckoned from, frozen before anything is posted. Only ever added to.';
COMMENT ON COLUMN royalty_closes.close_id IS 'Made from the month and the hash.';
COMMENT ON COLUMN royalty_closes.input_hash IS 'SHA-256 of the canonical rows, one after the other, as the object holds them.';
COMMENT ON COLUMN royalty_closes.part_hashes IS 'The same of each kind of rows.';
COMMENT ON COLUMN royalty_closes.object_key IS 'Of the rows in the object store.';
COMMENT ON COLUMN royalty_closes.streams_until IS 'What began to count or was paid later is not in it.';

CREATE TABLE royalty_files (
  object_key text PRIMARY KEY CHECK (char_length(object_key) BETWEEN 1 AND 1024),
  month date NOT NULL REFERENCES royalty_closes,
  kind text NOT NULL CHECK (kind IN ('inputs', 'statement-csv', 'statement-pdf', 'dsr', 'dsr-gz')),
  holder_id uuid REFERENCES rights_holders,
  content_hash text NOT NULL CHECK (content_hash ~ '^[0-9a-f]{64}$'),
  bytes bigint NOT NULL CHECK (bytes > 0),
  entered_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((kind = 'inputs') = (holder_id IS NULL))
);
COMMENT ON TABLE royalty_files IS 'What was put into the object store about a month. Only ever added to.';
COMMENT ON COLUMN royalty_files.holder_id IS 'Whose statement it is, or who it is sent to.';
COMMENT ON COLUMN royalty_files.content_hash IS 'SHA-256 of its bytes; of inputs, of the rows before they were compressed.';
COMMENT ON COLUMN royalty_files.bytes IS 'Counted as the hash is.';
CREATE INDEX royalty_files_by_month ON royalty_files (month);

DO $$
DECLARE kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['royalty_closes', 'royalty_files'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION is_only_added_to()', kept || '_are_kept', kept);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', kept, kept || '_are_kept');
  END LOOP;
END $$;

GRANT SELECT ON royalty_closes, royalty_files TO segue_finance;
GRANT INSERT (month, close_id, input_hash, part_hashes, object_key, streams_until) ON royalty_closes TO segue_finance;
GRANT INSERT (object_key, month, kind, holder_id, content_hash, bytes) ON royalty_files TO segue_finance;

CREATE FUNCTION royalty_streams_of(of_month date, until timestamptz)
RETURNS TABLE (stream_id uuid, listener_id text, isrc text, artist_id uuid, started_at timestamptz, ms_played integer, territory text, tier text,
               reason_start text, noted_at timestamptz, belongs_to date, adjustment text) LANGUAGE sql STABLE AS $$
  SELECT s.stream_id, s.listener_id, s.isrc, s.artist_id, s.started_at, s.ms_played, s.territory, s.tier, s.reason_start, s.noted_at, of_month, NULL
    FROM royalty_streams s
   WHERE s.started_at >= of_month::timestamp AT TIME ZONE 'UTC' AND s.started_at < (of_month + interval '1 month') AT TIME ZONE 'UTC'
     AND s.counted AND s.counted_at <= until
  UNION ALL
  SELECT s.stream_id, s.listener_id, s.isrc, s.artist_id, s.started_at, s.ms_played, s.territory, s.tier, s.reason_start, s.noted_at, c.month,
         CASE WHEN s.noted_at > c.streams_until THEN 'late' ELSE 'longer' END
    FROM royalty_closes c
    JOIN royalty_streams s ON s.started_at >= c.month::timestamp AT TIME ZONE 'UTC' AND s.started_at < (c.month + interval '1 month') AT TIME ZONE 'UTC'
   WHERE c.month < of_month AND s.counted AND s.counted_at > c.streams_until AND s.counted_at <= until
     AND NOT EXISTS (SELECT FROM royalty_adjustments a WHERE a.stream_id = s.stream_id AND a.entered_in < of_month)
$$;
COMMENT ON FUNCTION royalty_streams_of IS 'The streams that a month pays: its own that counted by then, and those of closed months that began to count too late for these and were entered in none since.';
REVOKE EXECUTE ON FUNCTION royalty_streams_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION royalty_streams_of TO segue_finance;
