-- The ledger: double entry, only ever added to. What holds of it is held here, whoever writes.

CREATE TABLE ledger_accounts (
  ledger_account_id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('cost', 'pool', 'unallocated', 'payable', 'advance', 'exchange', 'bank')),
  currency currency NOT NULL,
  holder_id uuid REFERENCES rights_holders,
  opened_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ledger_accounts_once UNIQUE NULLS NOT DISTINCT (kind, currency, holder_id),
  CHECK ((kind IN ('payable', 'advance')) = (holder_id IS NOT NULL))
);
COMMENT ON TABLE ledger_accounts IS 'What money is booked on: one account a kind, currency and, where it is owed to or by somebody, holder. Only ever added to.';
COMMENT ON COLUMN ledger_accounts.ledger_account_id IS 'Made by the caller from kind, currency and holder.';
COMMENT ON COLUMN ledger_accounts.kind IS 'cost: what months cost us. pool: set aside and not yet divided. unallocated: of pools in which nothing was streamed. payable: owed to the holder. advance: paid to him before it was earned. exchange: what conversions took in and gave out. bank: what was paid.';

CREATE TABLE ledger_transfers (
  transfer_id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('pool', 'share', 'minimum', 'advance', 'recoupment', 'exchange', 'payout', 'correction')),
  status text NOT NULL CHECK (status IN ('posted', 'pending', 'voided')),
  period date NOT NULL REFERENCES accounting_months,
  posting_count integer NOT NULL CHECK (posting_count BETWEEN 0 AND 100000),
  pending_id uuid REFERENCES ledger_transfers,
  reversal_of uuid REFERENCES ledger_transfers,
  run_id uuid,
  reason text CHECK (char_length(reason) BETWEEN 1 AND 500),
  entered_at timestamptz NOT NULL DEFAULT now(),
  entered_by text NOT NULL DEFAULT session_user,
  FOREIGN KEY (run_id, period) REFERENCES royalty_runs (run_id, month),
  CHECK (CASE status WHEN 'voided' THEN posting_count = 0 AND pending_id IS NOT NULL ELSE posting_count >= 2 END),
  CHECK (status <> 'pending' OR pending_id IS NULL),
  CHECK (reversal_of IS NULL OR (status = 'posted' AND pending_id IS NULL AND reason IS NOT NULL))
);
COMMENT ON TABLE ledger_transfers IS 'What happened to money: a set of postings that adds to zero in each currency. Pending, posted and voided are rows of their own; nothing is edited, what was wrong is reversed. Only ever added to.';
COMMENT ON COLUMN ledger_transfers.transfer_id IS 'Made by the caller, so that what is sent again is known again.';
COMMENT ON COLUMN ledger_transfers.period IS 'The accounting month it is entered in. For a payout that is pending, the month whose close it came from.';
COMMENT ON COLUMN ledger_transfers.posting_count IS 'How many postings it has, from 1 to this: none can be added later.';
COMMENT ON COLUMN ledger_transfers.pending_id IS 'The pending transfer that this posts or voids.';
COMMENT ON COLUMN ledger_transfers.reversal_of IS 'The posted transfer that this takes back, posting by posting.';
COMMENT ON COLUMN ledger_transfers.run_id IS 'The run whose lines it books, and by that its rules and the hash of its input; null: of none.';
CREATE UNIQUE INDEX ledger_transfers_settled_once ON ledger_transfers (pending_id) WHERE pending_id IS NOT NULL;
CREATE UNIQUE INDEX ledger_transfers_reversed_once ON ledger_transfers (reversal_of) WHERE reversal_of IS NOT NULL;
CREATE INDEX ledger_transfers_pending ON ledger_transfers (period) WHERE status = 'pending';
CREATE INDEX ledger_transfers_by_run ON ledger_transfers (run_id) WHERE run_id IS NOT NULL;

CREATE TABLE ledger_postings (
  transfer_id uuid NOT NULL,
  posting integer NOT NULL,
  posting_count integer NOT NULL,
  period date NOT NULL,
  status text NOT NULL,
  ledger_account_id uuid NOT NULL,
  currency currency NOT NULL,
  amount_micros bigint NOT NULL CHECK (amount_micros <> 0 AND amount_micros BETWEEN -1000000000000000000 AND 1000000000000000000),
  territory country,
  tier text,
  isrc text CHECK (isrc ~ '^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$'),
  rights text CHECK (rights IN ('recording', 'composition')),
  contract_id uuid,
  contract_version integer,
  PRIMARY KEY (transfer_id, posting),
  CHECK (posting BETWEEN 1 AND posting_count),
  CHECK (num_nulls(contract_id, contract_version) <> 1)
);
COMMENT ON TABLE ledger_postings IS 'What a transfer moves on an account, and for what: track, territory, tier, rights, contract. Only ever added to.';
COMMENT ON COLUMN ledger_postings.posting IS 'Its number within the transfer.';
COMMENT ON COLUMN ledger_postings.posting_count IS 'As the transfer has it, like period and status: here so that they can be compared and looked up.';
COMMENT ON COLUMN ledger_postings.amount_micros IS 'Millionths of the currency. Above zero a debit, below a credit: what is owed to a holder is a balance below zero.';
CREATE INDEX ledger_postings_by_account ON ledger_postings (period, ledger_account_id);
CREATE INDEX ledger_postings_pending ON ledger_postings (ledger_account_id) WHERE status = 'pending';
CREATE INDEX ledger_postings_by_isrc ON ledger_postings (isrc, period) WHERE isrc IS NOT NULL;

DO $$
DECLARE kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['ledger_accounts', 'ledger_transfers', 'ledger_postings'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION is_only_added_to()', kept || '_are_kept', kept);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', kept, kept || '_are_kept');
  END LOOP;
END $$;

-- Once a statement, not once a row: a close enters hundreds of thousands.
CREATE FUNCTION ledger_month_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  refused record;
BEGIN
  -- Whoever closes the month waits for this, or this sees that it is closed.
  PERFORM FROM accounting_months WHERE month IN (SELECT period FROM entered) ORDER BY month FOR SHARE;
  SELECT m.month, m.status INTO refused FROM accounting_months m
   WHERE m.status <> 'open' AND EXISTS (SELECT FROM entered e WHERE e.period = m.month AND (m.status = 'closed' OR e.run_id IS NULL))
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the month % is %: nothing is entered in it%', to_char(refused.month, 'YYYY-MM'), refused.status,
      CASE refused.status WHEN 'closing' THEN ' but what its runs enter' ELSE '' END
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_month_is_open';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ledger_month_is_open IS 'Nothing is entered in a closed month, and in one that is closing what its runs enter alone.';
CREATE TRIGGER ledger_month_is_open AFTER INSERT ON ledger_transfers REFERENCING NEW TABLE AS entered
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_month_is_open();
CREATE TRIGGER royalty_run_is_open AFTER INSERT ON ledger_transfers REFERENCING NEW TABLE AS entered
  FOR EACH STATEMENT EXECUTE FUNCTION royalty_run_is_open();

-- In place of foreign keys, which look once a row: of 300,000 postings they were half of the cost. Transfers and accounts are only ever added to,
-- so that what belongs to one when it is entered does so for good.
CREATE FUNCTION ledger_postings_belong() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE odd record;
BEGIN
  SELECT e.transfer_id, e.posting INTO odd FROM entered e LEFT JOIN ledger_transfers t USING (transfer_id)
   WHERE (t.period, t.status, t.posting_count) IS DISTINCT FROM (e.period, e.status, e.posting_count) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'posting % is of no transfer %, or of another month, status or number of postings', odd.posting, odd.transfer_id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_postings_of_transfer';
  END IF;
  SELECT e.transfer_id, e.posting, e.ledger_account_id, e.currency INTO odd FROM entered e LEFT JOIN ledger_accounts a USING (ledger_account_id)
   WHERE a.currency IS DISTINCT FROM e.currency LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'posting % of transfer % is on account %, which is not there or not in %',
      odd.posting, odd.transfer_id, odd.ledger_account_id, odd.currency
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_postings_on_account';
  END IF;
  SELECT e.transfer_id, e.contract_id, e.contract_version INTO odd
    FROM (SELECT DISTINCT ON (contract_id, contract_version) * FROM entered WHERE contract_id IS NOT NULL) AS e
    LEFT JOIN contract_versions v ON v.contract_id = e.contract_id AND v.version = e.contract_version
   WHERE v.contract_id IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'transfer % names version % of contract %, which is not there', odd.transfer_id, odd.contract_version, odd.contract_id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_postings_by_contract';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ledger_postings_belong IS 'Postings are of a transfer that is there, with its month and status, on accounts of their currency, by versions of contracts that are there.';
CREATE TRIGGER ledger_postings_belong AFTER INSERT ON ledger_postings REFERENCING NEW TABLE AS entered
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_postings_belong();

CREATE FUNCTION ledger_mirrors(later ledger_transfers, earlier_id uuid, sign integer) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (
    SELECT FROM (SELECT * FROM ledger_postings WHERE transfer_id = later.transfer_id) AS b
      FULL JOIN (SELECT * FROM ledger_postings WHERE transfer_id = earlier_id) AS a USING (posting)
     WHERE (a.ledger_account_id, a.amount_micros * sign, a.territory, a.tier, a.isrc, a.rights, a.contract_id, a.contract_version)
           IS DISTINCT FROM
           (b.ledger_account_id, b.amount_micros, b.territory, b.tier, b.isrc, b.rights, b.contract_id, b.contract_version))
$$;
COMMENT ON FUNCTION ledger_mirrors IS 'Whether a transfer has the postings of an earlier one, their amounts times sign.';

CREATE FUNCTION ledger_transfer_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  postings bigint;
  odd text;
  earlier ledger_transfers;
BEGIN
  SELECT coalesce(sum(n), 0), min(currency) FILTER (WHERE total <> 0) INTO postings, odd
    FROM (SELECT currency::text, count(*) AS n, sum(amount_micros) AS total
            FROM ledger_postings WHERE transfer_id = NEW.transfer_id GROUP BY currency) AS each;
  IF odd IS NOT NULL THEN
    RAISE EXCEPTION 'the postings of transfer % do not add to zero in %', NEW.transfer_id, odd
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transfer_balances';
  END IF;
  IF postings <> NEW.posting_count THEN
    RAISE EXCEPTION 'transfer % has % of its % postings', NEW.transfer_id, postings, NEW.posting_count
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transfer_is_whole';
  END IF;
  IF NEW.pending_id IS NULL AND NEW.reversal_of IS NULL THEN RETURN NULL; END IF;

  SELECT * INTO earlier FROM ledger_transfers WHERE transfer_id = coalesce(NEW.pending_id, NEW.reversal_of);
  IF NEW.period < earlier.period OR NEW.kind <> earlier.kind THEN
    RAISE EXCEPTION 'transfer % is of another kind than %, or of an earlier month', NEW.transfer_id, earlier.transfer_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transfer_follows';
  END IF;
  IF NEW.pending_id IS NOT NULL AND earlier.status <> 'pending' THEN
    RAISE EXCEPTION 'transfer % is not pending: it can be neither posted nor voided', NEW.pending_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transfer_was_pending';
  END IF;
  IF NEW.reversal_of IS NOT NULL AND (earlier.status <> 'posted' OR earlier.reversal_of IS NOT NULL) THEN
    RAISE EXCEPTION 'transfer % cannot be reversed: it is % %', NEW.reversal_of, earlier.status,
      CASE WHEN earlier.reversal_of IS NULL THEN '' ELSE 'and itself a reversal' END
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transfer_was_posted';
  END IF;
  IF NEW.status = 'posted' AND NOT ledger_mirrors(NEW, earlier.transfer_id, CASE WHEN NEW.pending_id IS NULL THEN -1 ELSE 1 END) THEN
    RAISE EXCEPTION 'transfer % does not have the postings of %', NEW.transfer_id, earlier.transfer_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transfer_mirrors';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ledger_transfer_is_whole IS 'At commit: all postings are there and add to zero in each currency; what posts, voids or reverses another fits it.';
CREATE CONSTRAINT TRIGGER ledger_transfer_is_whole AFTER INSERT ON ledger_transfers
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_transfer_is_whole();

-- Who entered it, and when, is the server's to say.
GRANT SELECT ON ledger_accounts, ledger_transfers, ledger_postings TO segue_finance;
GRANT INSERT (ledger_account_id, kind, currency, holder_id) ON ledger_accounts TO segue_finance;
GRANT INSERT (transfer_id, kind, status, period, posting_count, pending_id, reversal_of, run_id, reason) ON ledger_transfers TO segue_finance;
GRANT INSERT ON ledger_postings TO segue_finance;
