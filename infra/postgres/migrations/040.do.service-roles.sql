-- What each service may do with the tables so far, and the words that the tables to come share. The roles are made before this runs.

COMMENT ON TABLE schema_version IS 'Which migrations were applied, and their checksums.';

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE DOMAIN micros AS bigint CHECK (VALUE >= 0);
COMMENT ON DOMAIN micros IS 'Money in millionths of a unit of the currency beside it. Never negative: what goes back is an entry of its own.';
CREATE DOMAIN currency AS char(3) CHECK (VALUE ~ '^[A-Z]{3}$');
COMMENT ON DOMAIN currency IS 'ISO 4217.';
CREATE DOMAIN country AS char(2) CHECK (VALUE ~ '^[A-Z]{2}$');
COMMENT ON DOMAIN country IS 'ISO 3166-1 alpha-2.';

CREATE FUNCTION current_listener() RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT nullif(current_setting('segue.user_id', true), '')::uuid
$$;
COMMENT ON FUNCTION current_listener IS 'In whose name the transaction speaks: SET LOCAL segue.user_id. Null: in nobody''s, and then no row of a listener is seen.';

CREATE FUNCTION is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME;
END $$;
COMMENT ON FUNCTION is_only_added_to IS 'For triggers of tables in which nothing is changed or deleted.';

-- The catalog is nobody's secret.
GRANT SELECT ON artists, albums, tracks, renditions TO segue_gateway, segue_catalog, segue_finance, segue_analyst, segue_ads;
GRANT INSERT ON artists TO segue_catalog;
GRANT INSERT, UPDATE ON albums, tracks, renditions TO segue_catalog;
GRANT SELECT ON rights_holders, track_rights TO segue_catalog, segue_finance, segue_analyst;
GRANT INSERT ON rights_holders, track_rights TO segue_catalog;
GRANT UPDATE ON track_rights TO segue_catalog;

-- Streams: who listened is known to the worker that enters them and to the close of a month alone.
GRANT SELECT, INSERT, UPDATE ON royalty_streams TO segue_royalties;
GRANT SELECT ON royalty_streams TO segue_finance;
GRANT SELECT (stream_id, track_id, isrc, artist_id, started_at, reason_start, ended_at, ms_played, territory, tier, reason_end, flags, counted)
  ON royalty_streams TO segue_gateway, segue_analyst;
ALTER TABLE royalty_streams ENABLE ROW LEVEL SECURITY;
CREATE POLICY entered ON royalty_streams TO segue_royalties USING (true) WITH CHECK (true);
CREATE POLICY read_by_services ON royalty_streams FOR SELECT TO segue_finance, segue_gateway, segue_analyst USING (true);

-- Each worker moves the offsets of its own group.
GRANT SELECT, INSERT, UPDATE ON kafka_offsets TO segue_royalties, segue_sharing;
ALTER TABLE kafka_offsets ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_royalties ON kafka_offsets TO segue_royalties
  USING (consumer_group = 'segue.royalties') WITH CHECK (consumer_group = 'segue.royalties');
CREATE POLICY of_sharing ON kafka_offsets TO segue_sharing
  USING (consumer_group = 'segue.sharing') WITH CHECK (consumer_group = 'segue.sharing');

-- Cases: the worker writes them; analysts read and mark them through the gateway.
GRANT SELECT, INSERT, UPDATE, DELETE ON sharing_states, sharing_nudges TO segue_sharing;
GRANT SELECT, INSERT, UPDATE ON sharing_cases TO segue_sharing;
GRANT SELECT, INSERT ON sharing_case_history TO segue_sharing, segue_gateway;
GRANT SELECT ON sharing_cases, sharing_nudges TO segue_gateway;
GRANT UPDATE (status) ON sharing_cases TO segue_gateway;
ALTER TABLE sharing_states ENABLE ROW LEVEL SECURITY;
ALTER TABLE sharing_nudges ENABLE ROW LEVEL SECURITY;
ALTER TABLE sharing_cases ENABLE ROW LEVEL SECURITY;
ALTER TABLE sharing_case_history ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept_by_worker ON sharing_states TO segue_sharing USING (true) WITH CHECK (true);
CREATE POLICY kept_by_worker ON sharing_nudges TO segue_sharing USING (true) WITH CHECK (true);
CREATE POLICY kept_by_worker ON sharing_cases TO segue_sharing USING (true) WITH CHECK (true);
CREATE POLICY kept_by_worker ON sharing_case_history TO segue_sharing USING (true) WITH CHECK (kind = 'score');
CREATE POLICY read_by_analysts ON sharing_nudges FOR SELECT TO segue_gateway USING (true);
CREATE POLICY read_by_analysts ON sharing_cases FOR SELECT TO segue_gateway USING (true);
CREATE POLICY marked_by_analysts ON sharing_cases FOR UPDATE TO segue_gateway USING (true) WITH CHECK (true);
CREATE POLICY read_by_analysts ON sharing_case_history FOR SELECT TO segue_gateway USING (true);
CREATE POLICY marked_by_analysts ON sharing_case_history FOR INSERT TO segue_gateway WITH CHECK (kind = 'mark');
