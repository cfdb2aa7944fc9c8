-- By which model and rules months are reckoned, as data; and what the close of a month reads beside rights and payments.

CREATE TABLE royalty_terms (
  rights text NOT NULL CHECK (rights IN ('recording', 'composition')),
  contract_id uuid,
  valid daterange NOT NULL CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL),
  model text NOT NULL CHECK (model IN ('pro-rata', 'user-centric', 'artist-centric')),
  pool_num integer NOT NULL CHECK (pool_num >= 0),
  pool_den integer NOT NULL CHECK (pool_den >= pool_num AND pool_den > 0),
  unheard text NOT NULL DEFAULT 'shared' CHECK (unheard IN ('shared', 'set-aside')),
  eligible_streams integer CHECK (eligible_streams > 0),
  eligible_listeners integer CHECK (eligible_listeners > 0),
  listener_cap integer NOT NULL DEFAULT 1000 CHECK (listener_cap > 0),
  artist_boost integer NOT NULL DEFAULT 2 CHECK (artist_boost BETWEEN 1 AND 100),
  artist_boost_streams integer NOT NULL DEFAULT 1000 CHECK (artist_boost_streams >= 0),
  artist_boost_listeners integer NOT NULL DEFAULT 500 CHECK (artist_boost_listeners >= 0),
  discovery_boost integer NOT NULL DEFAULT 2 CHECK (discovery_boost BETWEEN 1 AND 100),
  boosted_discoveries text[] NOT NULL DEFAULT '{search,collection,editorial}'
    CHECK (boosted_discoveries <@ '{search,collection,editorial,algorithm}'),
  FOREIGN KEY (contract_id, rights) REFERENCES contracts (contract_id, rights),
  CHECK (num_nulls(eligible_streams, eligible_listeners) <> 1),
  CHECK (extract(day FROM lower(valid)) = 1 AND (upper(valid) IS NULL OR extract(day FROM upper(valid)) = 1)),
  CONSTRAINT royalty_terms_one_at_a_time EXCLUDE USING gist
    (rights WITH =, coalesce(contract_id, '00000000-0000-0000-0000-000000000000') WITH =, valid WITH &&)
);
COMMENT ON TABLE royalty_terms IS 'By which model and rules the streams of a contract, or of all that have none of their own, are reckoned, and in which months.';
COMMENT ON COLUMN royalty_terms.contract_id IS 'Null: of every contract about such rights that has no terms of its own.';
COMMENT ON COLUMN royalty_terms.valid IS 'Whole months.';
COMMENT ON COLUMN royalty_terms.pool_num IS 'Of a pool in which nothing weighs, pool_num / pool_den of the net revenue is set aside; else the contracts'' own shares say how much.';
COMMENT ON COLUMN royalty_terms.unheard IS 'Whose money it is that listeners paid who heard nothing. shared: of what the others of the pool heard; set-aside: nobody''s.';
COMMENT ON COLUMN royalty_terms.eligible_streams IS 'A recording is paid from so many streams, by eligible_listeners or more, in the twelve months that end with this one; null: from the first.';
COMMENT ON COLUMN royalty_terms.listener_cap IS 'Of the artist-centric model, like the columns after it: all streams of a listener together weigh no more than this.';
COMMENT ON COLUMN royalty_terms.artist_boost IS 'The streams of artists with so many streams and listeners in the month weigh this many times as much.';
COMMENT ON COLUMN royalty_terms.discovery_boost IS 'Streams that the listener came to in one of boosted_discoveries weigh this many times as much.';
INSERT INTO royalty_terms (rights, valid, model, pool_num, pool_den) VALUES
  ('recording', '[2020-01-01,)', 'pro-rata', 52, 100),
  ('composition', '[2020-01-01,)', 'pro-rata', 15, 100);
GRANT SELECT, INSERT, UPDATE ON royalty_terms TO segue_finance;

ALTER TABLE rights_holders ADD COLUMN ddex_party_id text UNIQUE CHECK (ddex_party_id ~ '^PADPIDA[0-9A-Za-z]{1,11}$');
COMMENT ON COLUMN rights_holders.ddex_party_id IS 'As DDEX gave it, for reports; null: it has none.';

-- When a stream began to count: a longer end may make one count that did not, or that was not there.
ALTER TABLE royalty_streams ADD COLUMN counted_at timestamptz NOT NULL DEFAULT now();
UPDATE royalty_streams SET counted_at = noted_at;
COMMENT ON COLUMN royalty_streams.counted_at IS 'Since when it is paid, if it is. After the close of its month: it is entered in a later one.';

-- Whether the books have all of a month is asked before it is closed.
GRANT SELECT ON kafka_offsets TO segue_finance;
CREATE POLICY read_by_finance ON kafka_offsets FOR SELECT TO segue_finance USING (consumer_group = 'segue.royalties');
