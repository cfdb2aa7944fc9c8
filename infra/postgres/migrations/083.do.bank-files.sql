-- What the bank says it paid, line by line, and what became of each line.

CREATE TABLE bank_files (
  file_hash text PRIMARY KEY CHECK (file_hash ~ '^[0-9a-f]{64}$'),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
  month date NOT NULL REFERENCES accounting_months,
  lines integer NOT NULL CHECK (lines >= 0),
  entered_at timestamptz NOT NULL DEFAULT now(),
  entered_by text NOT NULL DEFAULT session_user
);
COMMENT ON TABLE bank_files IS 'Files of the bank that were read whole. Only ever added to.';
COMMENT ON COLUMN bank_files.file_hash IS 'SHA-256 of its bytes.';
COMMENT ON COLUMN bank_files.month IS 'Whose payouts it was compared with.';
COMMENT ON COLUMN bank_files.lines IS 'Payments in it, those that an earlier file had as well.';

CREATE TABLE bank_entries (
  bank_reference text PRIMARY KEY CHECK (char_length(bank_reference) BETWEEN 1 AND 140),
  file_hash text NOT NULL REFERENCES bank_files,
  line integer NOT NULL CHECK (line > 1),
  payout_id uuid NOT NULL,
  holder_id uuid NOT NULL,
  currency currency NOT NULL,
  amount_micros micros NOT NULL CHECK (amount_micros > 0),
  booked_on date NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('paid', 'short', 'over', 'twice', 'unknown')),
  reason text NOT NULL,
  transfer_id uuid UNIQUE REFERENCES ledger_transfers,
  UNIQUE (file_hash, line),
  CHECK ((outcome = 'paid') = (transfer_id IS NOT NULL))
);
COMMENT ON TABLE bank_entries IS 'Payments as the bank names them, each once, however many files have it. Only ever added to.';
COMMENT ON COLUMN bank_entries.payout_id IS 'The pending transfer it is for, as the bank says: there may be none.';
COMMENT ON COLUMN bank_entries.holder_id IS 'As the bank says.';
COMMENT ON COLUMN bank_entries.outcome IS 'Paid: to the micro-unit what was to be paid, and posted. All others are for somebody to look at, and post nothing.';
COMMENT ON COLUMN bank_entries.reason IS 'Why so, in a sentence.';
COMMENT ON COLUMN bank_entries.transfer_id IS 'What posted the payout.';
CREATE INDEX bank_entries_by_payout ON bank_entries (payout_id);

DO $$
DECLARE kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['bank_files', 'bank_entries'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION is_only_added_to()', kept || '_are_kept', kept);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', kept, kept || '_are_kept');
  END LOOP;
END $$;

GRANT SELECT ON bank_files, bank_entries TO segue_finance;
GRANT INSERT (file_hash, name, month, lines) ON bank_files TO segue_finance;
GRANT INSERT ON bank_entries TO segue_finance;
