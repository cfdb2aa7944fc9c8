-- What is on each account. A closed month is added up once, by its close; the months that are not are added up when they are asked for.

CREATE TABLE ledger_month_sums (
  month date NOT NULL REFERENCES accounting_months,
  ledger_account_id uuid NOT NULL REFERENCES ledger_accounts,
  debit_micros numeric(38) NOT NULL CHECK (debit_micros >= 0),
  credit_micros numeric(38) NOT NULL CHECK (credit_micros >= 0),
  PRIMARY KEY (ledger_account_id, month)
);
COMMENT ON TABLE ledger_month_sums IS 'What was posted on an account in a month that is closed, written by the close itself: nothing can be posted in it any more. Only ever added to.';
CREATE TRIGGER ledger_month_sums_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_month_sums
  FOR EACH STATEMENT EXECUTE FUNCTION is_only_added_to();
ALTER TABLE ledger_month_sums ENABLE ALWAYS TRIGGER ledger_month_sums_are_kept;

CREATE FUNCTION ledger_sum_month() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO ledger_month_sums (month, ledger_account_id, debit_micros, credit_micros)
  SELECT NEW.month, ledger_account_id, coalesce(sum(amount_micros) FILTER (WHERE amount_micros > 0), 0),
         coalesce(-sum(amount_micros) FILTER (WHERE amount_micros < 0), 0)
    FROM ledger_postings WHERE period = NEW.month AND status = 'posted' GROUP BY ledger_account_id;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ledger_sum_month IS 'Adds up the month that is being closed.';
REVOKE EXECUTE ON FUNCTION ledger_sum_month FROM PUBLIC;
CREATE TRIGGER ledger_sum_month AFTER UPDATE ON accounting_months FOR EACH ROW
  WHEN (NEW.status = 'closed' AND OLD.status <> 'closed') EXECUTE FUNCTION ledger_sum_month();

CREATE VIEW ledger_balances AS
SELECT a.ledger_account_id, a.kind, a.currency, a.holder_id,
       coalesce(closed.debit, 0) + coalesce(still_open.debit, 0) AS debit_micros,
       coalesce(closed.credit, 0) + coalesce(still_open.credit, 0) AS credit_micros,
       coalesce(pending.debit, 0) AS pending_debit_micros,
       coalesce(pending.credit, 0) AS pending_credit_micros
  FROM ledger_accounts a
  CROSS JOIN LATERAL (SELECT sum(debit_micros) AS debit, sum(credit_micros) AS credit
                        FROM ledger_month_sums s WHERE s.ledger_account_id = a.ledger_account_id) AS closed
  CROSS JOIN LATERAL (SELECT sum(amount_micros) FILTER (WHERE amount_micros > 0) AS debit,
                             -sum(amount_micros) FILTER (WHERE amount_micros < 0) AS credit
                        FROM accounting_months m JOIN ledger_postings p ON p.period = m.month
                       WHERE m.status <> 'closed' AND p.ledger_account_id = a.ledger_account_id AND p.status = 'posted') AS still_open
  CROSS JOIN LATERAL (SELECT sum(amount_micros) FILTER (WHERE amount_micros > 0) AS debit,
                             -sum(amount_micros) FILTER (WHERE amount_micros < 0) AS credit
                        FROM ledger_postings p WHERE p.ledger_account_id = a.ledger_account_id AND p.status = 'pending'
                         AND NOT EXISTS (SELECT FROM ledger_transfers t WHERE t.pending_id = p.transfer_id)) AS pending;
COMMENT ON VIEW ledger_balances IS 'Of each account what was posted, and what is pending and neither posted nor voided. The balance is debit less credit.';

CREATE FUNCTION ledger_holder_is_owed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE short record;
BEGIN
  -- Two that take from one account take turns, and the second sees what the first took.
  PERFORM FROM ledger_accounts WHERE ledger_account_id IN
    (SELECT ledger_account_id FROM ledger_postings WHERE transfer_id = NEW.transfer_id AND amount_micros > 0)
    ORDER BY ledger_account_id FOR UPDATE;
  SELECT b.ledger_account_id, b.currency INTO short FROM ledger_balances b
   WHERE b.kind = 'payable' AND b.debit_micros + b.pending_debit_micros > b.credit_micros
     AND b.ledger_account_id IN (SELECT ledger_account_id FROM ledger_postings WHERE transfer_id = NEW.transfer_id AND amount_micros > 0)
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'transfer % takes more % from account % than is owed', NEW.transfer_id, short.currency, short.ledger_account_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_holder_is_owed';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ledger_holder_is_owed IS 'At commit: what is paid out, recouped or converted was owed, what is pending counted as taken.';
REVOKE EXECUTE ON FUNCTION ledger_holder_is_owed FROM PUBLIC;
CREATE CONSTRAINT TRIGGER ledger_holder_is_owed AFTER INSERT ON ledger_transfers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.kind IN ('payout', 'recoupment', 'exchange') AND NEW.status <> 'voided' AND NEW.pending_id IS NULL AND NEW.reversal_of IS NULL)
  EXECUTE FUNCTION ledger_holder_is_owed();

-- A run ends with what it had to divide divided, and with its lines booked: no more, no less.
CREATE FUNCTION royalty_run_ends_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE odd record;
BEGIN
  IF OLD.status <> 'started' THEN
    RAISE EXCEPTION 'the run % has ended', OLD.run_id USING ERRCODE = 'check_violation', CONSTRAINT = 'royalty_run_is_open';
  END IF;
  IF NEW.status = 'abandoned' AND EXISTS (SELECT FROM ledger_transfers WHERE run_id = NEW.run_id) THEN
    RAISE EXCEPTION 'the run % has entered transfers: it cannot be abandoned', NEW.run_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'royalty_run_has_transfers';
  END IF;
  IF NEW.status <> 'finished' THEN RETURN NEW; END IF;

  SELECT territory, tier, rights, currency, p.amount_micros AS pool, l.amount AS lines INTO odd
    FROM (SELECT * FROM royalty_pools WHERE run_id = NEW.run_id) AS p
    FULL JOIN (SELECT territory, tier, rights, currency, sum(amount_micros) AS amount FROM royalty_lines
                WHERE run_id = NEW.run_id AND kind = 'share' GROUP BY 1, 2, 3, 4) AS l USING (territory, tier, rights, currency)
   WHERE coalesce(p.amount_micros, 0) <> coalesce(l.amount, 0) OR p.amount_micros IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the pool % % % % of run % has % millionths, its lines %',
      odd.territory, odd.tier, odd.rights, odd.currency, NEW.run_id, odd.pool, odd.lines
      USING ERRCODE = 'check_violation', CONSTRAINT = 'royalty_pools_are_divided';
  END IF;

  SELECT kind, territory, tier, rights, currency, isrc, holder_id, sum(line) AS line, sum(posted) AS posted INTO odd
    FROM (SELECT kind, territory, tier, rights, currency, isrc, holder_id, contract_id, contract_version, amount_micros AS line, 0 AS posted
            FROM royalty_lines WHERE run_id = NEW.run_id
          UNION ALL
          SELECT t.kind, p.territory, p.tier, p.rights, p.currency, p.isrc, a.holder_id, p.contract_id, p.contract_version, 0, -p.amount_micros
            FROM ledger_transfers t JOIN ledger_postings p USING (transfer_id) JOIN ledger_accounts a USING (ledger_account_id)
           WHERE t.run_id = NEW.run_id AND t.kind IN ('share', 'minimum') AND t.status = 'posted' AND a.kind IN ('payable', 'unallocated')) AS each
   GROUP BY kind, territory, tier, rights, currency, isrc, holder_id, contract_id, contract_version HAVING sum(line) <> sum(posted) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'run % has % millionths of % for holder % (% % % % %), and booked %',
      NEW.run_id, odd.line, odd.currency, odd.holder_id, odd.kind, odd.isrc, odd.territory, odd.tier, odd.rights, odd.posted
      USING ERRCODE = 'check_violation', CONSTRAINT = 'royalty_lines_are_booked';
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION royalty_run_ends_whole IS 'A run ends once: finished, when its lines add to its pools and the ledger has each of them; abandoned, when it entered nothing.';
CREATE TRIGGER royalty_run_ends_whole BEFORE UPDATE ON royalty_runs
  FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION royalty_run_ends_whole();

CREATE VIEW ledger_entries AS
SELECT p.transfer_id, p.posting, t.kind, p.status, p.period, p.ledger_account_id, a.kind AS account_kind, a.holder_id, p.currency, p.amount_micros,
       p.territory, p.tier, p.isrc, p.rights, p.contract_id, p.contract_version, t.run_id, r.input_hash, t.pending_id, t.reversal_of, t.reason,
       t.entered_at, t.entered_by
  FROM ledger_postings p JOIN ledger_transfers t USING (transfer_id) JOIN ledger_accounts a USING (ledger_account_id)
  LEFT JOIN royalty_runs r USING (run_id);
COMMENT ON VIEW ledger_entries IS 'Each posting with all that it says: its transfer, its account, and the run and the hash of its input that it came from.';

GRANT SELECT ON ledger_month_sums, ledger_balances, ledger_entries TO segue_finance;
