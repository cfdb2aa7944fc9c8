-- The streams that artists are paid by, and how far the topic they come from has been read. Both move in one transaction.

CREATE TABLE royalty_streams (
  stream_id uuid PRIMARY KEY,
  listener_id text NOT NULL,
  track_id uuid NOT NULL,
  isrc text NOT NULL CHECK (isrc ~ '^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$'),
  artist_id uuid NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  ms_played integer NOT NULL CHECK (ms_played >= 30000),
  territory text NOT NULL CHECK (territory ~ '^[A-Z]{2}$'),
  tier text NOT NULL,
  session_id uuid NOT NULL,
  device_id text NOT NULL,
  reason_end text NOT NULL,
  flags text[] NOT NULL DEFAULT '{}',
  counted boolean GENERATED ALWAYS AS (flags = '{}') STORED,
  noted_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE royalty_streams IS 'Plays of 30 s or more, as the server measured them. A stream that ended twice is here once: its first end counts.';
COMMENT ON COLUMN royalty_streams.listener_id IS 'The account.';
COMMENT ON COLUMN royalty_streams.track_id IS 'No foreign key: what was heard is owed, whatever becomes of the catalog.';
COMMENT ON COLUMN royalty_streams.territory IS 'ISO 3166-1 alpha-2.';
COMMENT ON COLUMN royalty_streams.tier IS 'What the listener paid for.';
COMMENT ON COLUMN royalty_streams.flags IS 'The bounds that the player''s claim broke. With any of them the stream is kept and not paid.';
COMMENT ON COLUMN royalty_streams.counted IS 'Whether it is paid.';
CREATE INDEX royalty_streams_by_artist ON royalty_streams (artist_id, started_at DESC);
CREATE INDEX royalty_streams_by_time ON royalty_streams (started_at);

CREATE TABLE kafka_offsets (
  consumer_group text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL CHECK (partition >= 0),
  next_offset bigint NOT NULL CHECK (next_offset >= 0),
  PRIMARY KEY (consumer_group, topic, partition)
);
COMMENT ON TABLE kafka_offsets IS 'Where a consumer whose effects are in this database reads on. Kafka''s own offsets are a hint to it.';
