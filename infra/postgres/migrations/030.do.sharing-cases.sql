-- Accounts that look shared: what the worker remembers of each, the cases it makes of them, and what analysts say to these.

CREATE TABLE sharing_states (
  account text PRIMARY KEY,
  partition integer NOT NULL CHECK (partition >= 0),
  version integer NOT NULL,
  state bytea NOT NULL,
  aged_until timestamptz NOT NULL
);
COMMENT ON TABLE sharing_states IS 'What the detector remembers of an account, as of the offset of its partition in kafka_offsets. Both move in one transaction.';
COMMENT ON COLUMN sharing_states.version IS 'Of the form of the state.';
COMMENT ON COLUMN sharing_states.aged_until IS 'The time up to which what is older than 28 days has been forgotten.';
CREATE INDEX sharing_states_by_age ON sharing_states (aged_until);

CREATE TABLE sharing_cases (
  account text PRIMARY KEY,
  case_id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  score double precision NOT NULL CHECK (score >= 0 AND score <= 1),
  highest_score double precision NOT NULL CHECK (highest_score >= score AND highest_score <= 1),
  evidence jsonb NOT NULL,
  plan text NOT NULL,
  detector_version integer NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'right', 'wrong'))
);
COMMENT ON TABLE sharing_cases IS 'Accounts whose score has reached the threshold once. Nothing is locked by it.';
COMMENT ON COLUMN sharing_cases.case_id IS 'Stands for the account wherever an analyst looks.';
COMMENT ON COLUMN sharing_cases.score IS 'As of last_seen; highest_score is the highest it ever had.';
COMMENT ON COLUMN sharing_cases.first_seen IS 'When it reached the threshold, by the times of the events.';
COMMENT ON COLUMN sharing_cases.status IS 'What an analyst says of it.';
CREATE INDEX sharing_cases_by_score ON sharing_cases (score DESC, case_id);

CREATE TABLE sharing_case_history (
  entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account text NOT NULL REFERENCES sharing_cases,
  at timestamptz NOT NULL,
  kind text NOT NULL CHECK (kind IN ('score', 'mark')),
  score double precision,
  reasons jsonb,
  detector_version integer,
  mark text CHECK (mark IN ('open', 'right', 'wrong')),
  marked_by text,
  note text CHECK (length(note) <= 1000),
  CHECK (CASE kind WHEN 'score' THEN score IS NOT NULL AND reasons IS NOT NULL AND detector_version IS NOT NULL AND mark IS NULL
                   ELSE mark IS NOT NULL AND marked_by IS NOT NULL AND score IS NULL END)
);
COMMENT ON TABLE sharing_case_history IS 'What happened to cases: scores as they changed, marks with who and why. Nothing is changed or deleted here.';
CREATE INDEX sharing_case_history_by_account ON sharing_case_history (account, entry);
-- A topic that is read again from its beginning writes the same scores.
CREATE UNIQUE INDEX sharing_case_history_scores ON sharing_case_history (account, at, detector_version) WHERE kind = 'score';

CREATE FUNCTION sharing_case_history_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of cases is only ever added to';
END $$;
CREATE TRIGGER sharing_case_history_is_kept BEFORE UPDATE OR DELETE ON sharing_case_history
  FOR EACH ROW EXECUTE FUNCTION sharing_case_history_is_kept();

CREATE TABLE sharing_nudges (
  account text PRIMARY KEY,
  nudged_at timestamptz NOT NULL
);
COMMENT ON TABLE sharing_nudges IS 'When an account was last asked to verify its household.';
