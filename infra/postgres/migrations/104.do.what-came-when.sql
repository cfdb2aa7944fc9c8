-- When what a month is closed from came into the books, by their own clock. What is dated earlier and entered later is the next month's,
-- and what a closed month was reckoned from stays known, whatever becomes of it.

CREATE TABLE royalty_withdrawals (
  stream_id uuid NOT NULL,
  counted_at timestamptz NOT NULL,
  withdrawn_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (stream_id, withdrawn_at),
  CHECK (counted_at <= withdrawn_at)
);
COMMENT ON TABLE royalty_withdrawals IS 'From when until when a stream counted of which a longer end was flagged. A month that was closed in between has paid it, and it stays paid. Only ever added to.';
CREATE TRIGGER royalty_withdrawals_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON royalty_withdrawals
  FOR EACH STATEMENT EXECUTE FUNCTION is_only_added_to();
ALTER TABLE royalty_withdrawals ENABLE ALWAYS TRIGGER royalty_withdrawals_are_kept;
GRANT SELECT ON royalty_withdrawals TO segue_finance;

CREATE FUNCTION note_withdrawal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO royalty_withdrawals (stream_id, counted_at) VALUES (OLD.stream_id, OLD.counted_at);
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION note_withdrawal FROM PUBLIC;
CREATE TRIGGER note_withdrawal AFTER UPDATE ON royalty_streams FOR EACH ROW
  WHEN (OLD.counted AND NOT NEW.counted) EXECUTE FUNCTION note_withdrawal();

-- What came after the last close is looked for by this: rows lie as they came, so that a few bytes a range are enough.
CREATE INDEX royalty_streams_by_count ON royalty_streams USING brin (counted_at);

CREATE FUNCTION royalty_streams_counted(until timestamptz)
RETURNS TABLE (stream_id uuid, listener_id text, isrc text, artist_id uuid, started_at timestamptz, ms_played integer, territory text, tier text,
               reason_start text, noted_at timestamptz, counted_at timestamptz) LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT s.stream_id, s.listener_id, s.isrc, s.artist_id, s.started_at, s.ms_played, s.territory, s.tier, s.reason_start, s.noted_at, s.counted_at
    FROM royalty_streams s WHERE s.counted AND s.counted_at <= until
  UNION ALL
  SELECT s.stream_id, s.listener_id, s.isrc, s.artist_id, s.started_at, s.ms_played, s.territory, s.tier, s.reason_start, s.noted_at, w.counted_at
    FROM royalty_withdrawals w JOIN royalty_streams s USING (stream_id) WHERE w.counted_at <= until AND w.withdrawn_at > until
$$;
COMMENT ON FUNCTION royalty_streams_counted IS 'The streams that counted at that instant, and since when.';
REVOKE EXECUTE ON FUNCTION royalty_streams_counted FROM PUBLIC;
GRANT EXECUTE ON FUNCTION royalty_streams_counted TO segue_finance;

CREATE OR REPLACE FUNCTION royalty_streams_of(of_month date, until timestamptz)
RETURNS TABLE (stream_id uuid, listener_id text, isrc text, artist_id uuid, started_at timestamptz, ms_played integer, territory text, tier text,
               reason_start text, noted_at timestamptz, belongs_to date, adjustment text) LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT s.stream_id, s.listener_id, s.isrc, s.artist_id, s.started_at, s.ms_played, s.territory, s.tier, s.reason_start, s.noted_at, of_month, NULL
    FROM royalty_streams_counted(until) s
   WHERE s.started_at >= of_month::timestamp AT TIME ZONE 'UTC' AND s.started_at < (of_month + interval '1 month') AT TIME ZONE 'UTC'
  UNION ALL
  SELECT s.stream_id, s.listener_id, s.isrc, s.artist_id, s.started_at, s.ms_played, s.territory, s.tier, s.reason_start, s.noted_at, c.month,
         CASE WHEN s.noted_at > c.streams_until THEN 'late' ELSE 'longer' END
    FROM royalty_closes c
    JOIN royalty_streams_counted(until) s
      ON s.started_at >= c.month::timestamp AT TIME ZONE 'UTC' AND s.started_at < (c.month + interval '1 month') AT TIME ZONE 'UTC'
   -- What began to count before the last close, that or one before it has: nothing older has to be looked at, nor the month itself.
   WHERE c.month < of_month AND s.counted_at > c.streams_until
     AND s.started_at < of_month::timestamp AT TIME ZONE 'UTC'
     AND s.counted_at > (SELECT max(l.streams_until) FROM royalty_closes l WHERE l.month < of_month)
     AND NOT EXISTS (SELECT FROM royalty_withdrawals w WHERE w.stream_id = s.stream_id AND w.counted_at <= c.streams_until AND w.withdrawn_at > c.streams_until)
     AND NOT EXISTS (SELECT FROM royalty_adjustments a WHERE a.stream_id = s.stream_id AND a.entered_in < of_month)
$$;
COMMENT ON FUNCTION royalty_streams_of IS 'The streams that a month pays: its own that counted at that instant, and those of closed months that began to count too late for these and were entered in none since.';

ALTER TABLE payments ADD COLUMN booked_at timestamptz;
UPDATE payments SET booked_at = settled_at;
ALTER TABLE payments ADD CHECK ((status = 'settled') = (booked_at IS NOT NULL));
COMMENT ON COLUMN payments.booked_at IS 'When the books had it that it is settled: by this it is in a month or too late for it. Entered by itself.';
CREATE FUNCTION payment_is_booked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.booked_at := CASE WHEN NEW.status = 'settled' THEN now() END;
    RETURN NEW;
  END IF;
  IF (NEW.status, NEW.subscription_id, NEW.territory, NEW.covers, NEW.currency, NEW.gross_micros, NEW.tax_micros)
     IS DISTINCT FROM (OLD.status, OLD.subscription_id, OLD.territory, OLD.covers, OLD.currency, OLD.gross_micros, OLD.tax_micros)
     AND EXISTS (SELECT FROM royalty_closes WHERE streams_until >= OLD.booked_at) THEN
    RAISE EXCEPTION 'the payment % is in months that are closed: what went back of it is a refund, what is missing another payment', OLD.payment_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_stay_as_closed';
  END IF;
  NEW.booked_at := CASE WHEN NEW.status = 'settled' THEN coalesce(OLD.booked_at, now()) END;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION payment_is_booked IS 'Says when a payment was booked, and keeps what a close has seen of it.';
REVOKE EXECUTE ON FUNCTION payment_is_booked FROM PUBLIC;
CREATE TRIGGER payment_is_booked BEFORE INSERT OR UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION payment_is_booked();

ALTER TABLE refunds ADD COLUMN entered_at timestamptz;
ALTER TABLE refunds DISABLE TRIGGER refunds_are_kept;
UPDATE refunds SET entered_at = refunded_at;
ALTER TABLE refunds ENABLE TRIGGER refunds_are_kept;
ALTER TABLE refunds ALTER COLUMN entered_at SET NOT NULL, ALTER COLUMN entered_at SET DEFAULT now();
COMMENT ON COLUMN refunds.entered_at IS 'When the books had it: by this it is in a month or too late for it.';
-- When it was entered is the server's to say.
REVOKE INSERT ON refunds FROM segue_billing;
GRANT INSERT (refund_id, payment_id, gross_micros, tax_micros, reason, refunded_at) ON refunds TO segue_billing;

ALTER TABLE impressions ADD COLUMN counted_at timestamptz, ADD COLUMN uncounted_at timestamptz;
UPDATE impressions SET counted_at = served_at WHERE counted;
COMMENT ON COLUMN impressions.counted_at IS 'Since when it is billed, by the clock of the books; null: it never was. Entered by itself.';
COMMENT ON COLUMN impressions.uncounted_at IS 'Since when it is not billed any more. A month that was closed before has its money, and keeps it.';
CREATE INDEX impressions_by_count ON impressions USING brin (counted_at);
CREATE FUNCTION impression_counts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  -- As `counted` is generated, which a trigger before the row does not see.
  counts boolean := NEW.audible_ms >= 2000 AND NEW.invalid_reason IS NULL;
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.counted_at := CASE WHEN counts THEN now() END;
    NEW.uncounted_at := NULL;
    RETURN NEW;
  END IF;
  IF counts AND OLD.uncounted_at IS NOT NULL THEN
    RAISE EXCEPTION 'the impression % was found not to count, and stays so', NEW.impression_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'impressions_count_once';
  END IF;
  NEW.counted_at := coalesce(OLD.counted_at, CASE WHEN counts THEN now() END);
  NEW.uncounted_at := coalesce(OLD.uncounted_at, CASE WHEN OLD.counted AND NOT counts THEN now() END);
  RETURN NEW;
END $$;
CREATE TRIGGER impression_counts BEFORE INSERT OR UPDATE ON impressions FOR EACH ROW EXECUTE FUNCTION impression_counts();
GRANT SELECT (counted_at, uncounted_at) ON impressions TO segue_finance;

-- From a posting to the run whose lines it books: also from what posted or took back a transfer of a run, in whatever month.
DROP VIEW ledger_entries;
CREATE VIEW ledger_entries AS
SELECT p.transfer_id, p.posting, t.kind, p.status, p.period, p.ledger_account_id, a.kind AS account_kind, a.holder_id, p.currency, p.amount_micros,
       p.territory, p.tier, p.isrc, p.rights, p.contract_id, p.contract_version, r.run_id, r.month AS run_month, r.input_hash, t.pending_id, t.reversal_of,
       t.reason, t.entered_at, t.entered_by
  FROM ledger_postings p JOIN ledger_transfers t USING (transfer_id) JOIN ledger_accounts a USING (ledger_account_id)
  LEFT JOIN ledger_transfers earlier ON earlier.transfer_id = coalesce(t.pending_id, t.reversal_of)
  LEFT JOIN ledger_transfers first ON first.transfer_id = earlier.pending_id
  LEFT JOIN royalty_runs r ON r.run_id = coalesce(t.run_id, earlier.run_id, first.run_id);
COMMENT ON VIEW ledger_entries IS 'Each posting with all that it says: its transfer, its account, and the run and the hash of its input that it came from, or that the transfer came from which it posts or takes back.';
GRANT SELECT ON ledger_entries TO segue_finance;

-- What others have under way is hidden from whoever may not read all statistics: then it must not be taken for nothing.
CREATE FUNCTION sessions_are_seen() RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN
    RAISE EXCEPTION 'the role % does not see the transactions of others: GRANT pg_read_all_stats TO it', current_user USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION sessions_are_seen FROM PUBLIC;
CREATE OR REPLACE FUNCTION entered_until() RETURNS timestamptz LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM sessions_are_seen();
  RETURN (SELECT least(min(xact_start), clock_timestamp()) - interval '1 microsecond' FROM pg_stat_activity
           WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid());
END $$;

-- Who keeps entered_until() back.
CREATE FUNCTION oldest_entry() RETURNS TABLE (pid integer, role text, application text, began timestamptz) LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM sessions_are_seen();
  RETURN QUERY SELECT a.pid, a.usename::text, a.application_name, a.xact_start FROM pg_stat_activity a
   WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid() AND a.xact_start IS NOT NULL
   ORDER BY a.xact_start LIMIT 1;
END $$;
COMMENT ON FUNCTION oldest_entry IS 'The transaction that began first of those under way.';
REVOKE EXECUTE ON FUNCTION oldest_entry FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oldest_entry TO segue_finance;

-- What is taken in a month was owed by then. What is entered in a later one is settled there: a share that is taken back after a close has begun must not stop it.
CREATE OR REPLACE FUNCTION ledger_holder_is_owed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE short record;
BEGIN
  -- Two that take from one account take turns, and the second sees what the first took.
  PERFORM FROM ledger_accounts WHERE ledger_account_id IN
    (SELECT ledger_account_id FROM ledger_postings WHERE transfer_id = NEW.transfer_id AND amount_micros > 0)
    ORDER BY ledger_account_id FOR UPDATE;
  SELECT a.ledger_account_id, a.currency INTO short
    FROM ledger_accounts a
   CROSS JOIN LATERAL (SELECT coalesce(sum(s.debit_micros - s.credit_micros), 0) AS micros FROM ledger_month_sums s
                        WHERE s.ledger_account_id = a.ledger_account_id AND s.month <= NEW.period) AS closed
   CROSS JOIN LATERAL (SELECT coalesce(sum(p.amount_micros), 0) AS micros FROM accounting_months m JOIN ledger_postings p ON p.period = m.month
                        WHERE m.status <> 'closed' AND m.month <= NEW.period AND p.ledger_account_id = a.ledger_account_id AND p.status = 'posted') AS still_open
   CROSS JOIN LATERAL (SELECT coalesce(sum(p.amount_micros), 0) AS micros FROM ledger_postings p
                        WHERE p.ledger_account_id = a.ledger_account_id AND p.status = 'pending' AND p.period <= NEW.period AND p.amount_micros > 0
                          AND NOT EXISTS (SELECT FROM ledger_transfers t WHERE t.pending_id = p.transfer_id AND t.period <= NEW.period)) AS pending
   WHERE a.kind = 'payable' AND closed.micros + still_open.micros + pending.micros > 0
     AND a.ledger_account_id IN (SELECT ledger_account_id FROM ledger_postings WHERE transfer_id = NEW.transfer_id AND amount_micros > 0)
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'transfer % takes more % from account % than is owed', NEW.transfer_id, short.currency, short.ledger_account_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_holder_is_owed';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ledger_holder_is_owed IS 'At commit: what is paid out, recouped or converted was owed by the end of its month, what is pending counted as taken.';
