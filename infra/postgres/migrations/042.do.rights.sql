-- Who owns what, who is paid for it by which contract, and the words that the close of a month is reckoned in.

ALTER TABLE rights_holders
  ADD COLUMN kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'label', 'publisher', 'distributor', 'society')),
  ADD COLUMN country country,
  ADD COLUMN ipi text UNIQUE CHECK (ipi ~ '^[0-9]{11}$'),
  ADD COLUMN isni text UNIQUE CHECK (isni ~ '^[0-9]{15}[0-9X]$'),
  ADD COLUMN pay_currency currency NOT NULL DEFAULT 'EUR',
  ADD COLUMN tax_reference text CHECK (char_length(tax_reference) BETWEEN 1 AND 64);
COMMENT ON COLUMN rights_holders.ipi IS 'The IPI name number of authors and publishers, eleven digits.';
COMMENT ON COLUMN rights_holders.isni IS 'ISO 27729, without spaces.';
COMMENT ON COLUMN rights_holders.pay_currency IS 'What statements are written and paid in.';
COMMENT ON COLUMN rights_holders.tax_reference IS 'As the holder gave it; null: not given yet, and nothing is paid out.';

CREATE TABLE works (
  work_id uuid PRIMARY KEY,
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 512),
  iswc text UNIQUE CHECK (iswc ~ '^T[0-9]{10}$')
);
COMMENT ON TABLE works IS 'Compositions: what is sung. A track is one recording of it, or of several.';
COMMENT ON COLUMN works.work_id IS 'UUIDv7, made by the caller.';
COMMENT ON COLUMN works.iswc IS 'ISO 15707, without points and hyphen; null: not registered.';

CREATE TABLE work_recordings (
  work_id uuid NOT NULL REFERENCES works,
  track_id uuid NOT NULL REFERENCES tracks,
  part_num integer NOT NULL CHECK (part_num > 0),
  part_den integer NOT NULL CHECK (part_den >= part_num),
  PRIMARY KEY (work_id, track_id)
);
COMMENT ON TABLE work_recordings IS 'Which works a track is a recording of: of a medley several, each with its part.';
COMMENT ON COLUMN work_recordings.part_num IS 'The part is part_num / part_den.';
CREATE INDEX work_recordings_by_track ON work_recordings (track_id);

CREATE TABLE accounting_months (
  month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closing', 'closed')),
  closed_at timestamptz,
  CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);
COMMENT ON TABLE accounting_months IS 'Months in UTC, by their first day. What belongs to a closed one and comes late is entered in the next.';

CREATE TABLE fx_rates (
  month date NOT NULL REFERENCES accounting_months,
  base currency NOT NULL,
  quote currency NOT NULL,
  rate_num bigint NOT NULL CHECK (rate_num > 0),
  rate_den bigint NOT NULL CHECK (rate_den > 0),
  source text NOT NULL CHECK (char_length(source) BETWEEN 1 AND 200),
  PRIMARY KEY (month, base, quote),
  CHECK (base <> quote)
);
COMMENT ON TABLE fx_rates IS 'One rate a month and pair, by which all of that month is reckoned.';
COMMENT ON COLUMN fx_rates.rate_num IS 'One unit of base is rate_num / rate_den units of quote, exactly.';
COMMENT ON COLUMN fx_rates.source IS 'Who published it, for whoever asks.';

CREATE FUNCTION territory_set(is_worldwide boolean, listed country[]) RETURNS int4multirange LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN is_worldwide THEN '{[0,676)}'::int4multirange - numbers ELSE numbers END
    FROM (SELECT coalesce(range_agg(int4range(n, n + 1)), '{}') AS numbers
            FROM (SELECT (ascii(substr(code, 1, 1)) - 65) * 26 + ascii(substr(code, 2, 1)) - 65 AS n
                    FROM unnest(listed::text[]) AS code) AS each) AS all_of_them
$$;
COMMENT ON FUNCTION territory_set IS 'Countries as a set of numbers, AA is 0 and ZZ 675, so that an exclusion constraint can compare two of them: all but the listed, or the listed alone.';

CREATE TABLE contracts (
  contract_id uuid PRIMARY KEY,
  number text NOT NULL UNIQUE CHECK (number ~ '^[A-Z0-9][A-Z0-9/-]{2,39}$'),
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
  licensor_id uuid NOT NULL REFERENCES rights_holders,
  rights text NOT NULL CHECK (rights IN ('recording', 'composition')),
  signed_on date NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (contract_id, rights)
);
COMMENT ON TABLE contracts IS 'That somebody lets us play what he has the rights to. What it says is in its versions.';
COMMENT ON COLUMN contracts.rights IS 'Of recordings, or of the works they are recordings of: of a stream both are paid.';
CREATE INDEX contracts_by_licensor ON contracts (licensor_id);

CREATE TABLE contract_versions (
  contract_id uuid NOT NULL REFERENCES contracts,
  version integer NOT NULL CHECK (version > 0),
  valid daterange NOT NULL CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL),
  is_worldwide boolean NOT NULL,
  territories country[] NOT NULL DEFAULT '{}',
  territory_set int4multirange NOT NULL GENERATED ALWAYS AS (territory_set(is_worldwide, territories)) STORED,
  currency currency NOT NULL,
  revenue_num integer NOT NULL CHECK (revenue_num >= 0),
  revenue_den integer NOT NULL CHECK (revenue_den >= revenue_num AND revenue_den > 0),
  minimum_per_stream_micros micros NOT NULL DEFAULT 0,
  minimum_per_subscriber_micros micros NOT NULL DEFAULT 0,
  minimum_per_month_micros micros NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (contract_id, version),
  UNIQUE (contract_id, version, valid, territory_set),
  CHECK (NOT isempty(territory_set)),
  CONSTRAINT contract_versions_one_at_a_time EXCLUDE USING gist (contract_id WITH =, valid WITH &&)
);
COMMENT ON TABLE contract_versions IS 'What a contract says, and when. A change is a new version; what was reckoned by an older one can still be told.';
COMMENT ON COLUMN contract_versions.is_worldwide IS 'True: everywhere but in territories. False: in territories alone.';
COMMENT ON COLUMN contract_versions.territory_set IS 'Both in one value that can be compared.';
COMMENT ON COLUMN contract_versions.currency IS 'Of the minimums.';
COMMENT ON COLUMN contract_versions.revenue_num IS 'The part of net revenue that the rights get for the streams of their tracks is revenue_num / revenue_den.';
COMMENT ON COLUMN contract_versions.minimum_per_stream_micros IS 'Never less than this for a counted stream; the greatest of the minimums holds. 0: none.';
COMMENT ON COLUMN contract_versions.minimum_per_subscriber_micros IS 'Never less than this for a subscriber and month, before the part of the tracks in all streams is taken.';
COMMENT ON COLUMN contract_versions.minimum_per_month_micros IS 'Never less than this for a month, whatever was streamed.';

CREATE TABLE contract_shares (
  contract_id uuid NOT NULL,
  version integer NOT NULL,
  holder_id uuid NOT NULL REFERENCES rights_holders,
  role text NOT NULL CHECK (role IN ('artist', 'label', 'distributor', 'author', 'publisher', 'society')),
  share_num integer NOT NULL CHECK (share_num > 0),
  share_den integer NOT NULL CHECK (share_den >= share_num),
  PRIMARY KEY (contract_id, version, holder_id),
  FOREIGN KEY (contract_id, version) REFERENCES contract_versions
);
COMMENT ON TABLE contract_shares IS 'The parties of a version and how they split what it earns. At commit the shares of a version add to exactly one.';
COMMENT ON COLUMN contract_shares.share_num IS 'The share is share_num / share_den, a rational, so that thirds stay thirds.';
CREATE INDEX contract_shares_by_holder ON contract_shares (holder_id);

CREATE FUNCTION contract_shares_are_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  at record;
  num numeric := 0;
  den numeric := 1;
  share record;
BEGIN
  at := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  IF NOT EXISTS (SELECT FROM contract_versions WHERE contract_id = at.contract_id AND version = at.version) THEN RETURN NULL; END IF;
  FOR share IN SELECT share_num, share_den FROM contract_shares WHERE contract_id = at.contract_id AND version = at.version LOOP
    num := num * share.share_den + share.share_num * den;
    den := den * share.share_den;
  END LOOP;
  IF num <> den THEN
    RAISE EXCEPTION 'the shares of version % of contract % add to % / %, not to one', at.version, at.contract_id, num, den
      USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_shares_are_whole';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION contract_shares_are_whole IS 'Exact: rationals are added, nothing is rounded.';
CREATE CONSTRAINT TRIGGER contract_shares_are_whole AFTER INSERT OR UPDATE OR DELETE ON contract_shares
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION contract_shares_are_whole();
CREATE CONSTRAINT TRIGGER contract_shares_are_whole AFTER INSERT ON contract_versions
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION contract_shares_are_whole();

CREATE TABLE contract_tracks (
  contract_id uuid NOT NULL,
  version integer NOT NULL,
  track_id uuid NOT NULL REFERENCES tracks,
  rights text NOT NULL,
  valid daterange NOT NULL,
  territory_set int4multirange NOT NULL,
  PRIMARY KEY (contract_id, version, track_id),
  FOREIGN KEY (contract_id, rights) REFERENCES contracts (contract_id, rights),
  FOREIGN KEY (contract_id, version, valid, territory_set)
    REFERENCES contract_versions (contract_id, version, valid, territory_set) ON UPDATE CASCADE,
  CONSTRAINT contract_tracks_paid_once EXCLUDE USING gist (track_id WITH =, rights WITH =, territory_set WITH &&, valid WITH &&)
);
COMMENT ON TABLE contract_tracks IS 'Which tracks a version is about. Of the rights of a track in a country on a day one contract is paid, never two.';
COMMENT ON COLUMN contract_tracks.rights IS 'As the contract has them, as the version has the days and the countries: here so that two contracts can be compared.';

CREATE TABLE advances (
  advance_id uuid PRIMARY KEY,
  contract_id uuid NOT NULL REFERENCES contracts,
  holder_id uuid NOT NULL REFERENCES rights_holders,
  currency currency NOT NULL,
  amount_micros micros NOT NULL CHECK (amount_micros > 0),
  paid_on date NOT NULL,
  is_recoupable boolean NOT NULL
);
COMMENT ON TABLE advances IS 'What a holder was paid before it was earned. What of it is recouped is told by the books of the months. Only ever added to.';
COMMENT ON COLUMN advances.is_recoupable IS 'Whether it is kept back from what the holder earns later.';
CREATE INDEX advances_by_contract ON advances (contract_id);
CREATE TRIGGER advances_are_kept BEFORE UPDATE OR DELETE ON advances FOR EACH ROW EXECUTE FUNCTION is_only_added_to();

-- Nothing here is a listener's. Analysts see who has rights, not by which terms.
GRANT SELECT ON works, work_recordings TO segue_gateway, segue_catalog, segue_finance, segue_analyst;
GRANT INSERT, UPDATE ON works, work_recordings TO segue_catalog;
REVOKE SELECT, INSERT ON rights_holders FROM segue_catalog, segue_analyst;
GRANT SELECT (holder_id, name, kind, country, ipi, isni) ON rights_holders TO segue_catalog, segue_analyst;
GRANT INSERT (holder_id, name) ON rights_holders TO segue_catalog;
GRANT INSERT, UPDATE ON rights_holders TO segue_finance;
GRANT SELECT, INSERT, UPDATE ON accounting_months, fx_rates, contracts, contract_versions TO segue_finance;
GRANT SELECT, INSERT, UPDATE, DELETE ON contract_shares, contract_tracks TO segue_finance;
GRANT SELECT, INSERT ON advances TO segue_finance;
GRANT SELECT ON accounting_months TO segue_royalties, segue_analyst;
