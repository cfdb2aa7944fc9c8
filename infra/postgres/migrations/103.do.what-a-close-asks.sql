-- What the close of a month asks of the books, so that what happens later changes no month that is over.

-- Where a payer was at home when he paid: he may move, and his money stays where it was earned.
ALTER TABLE payments ADD COLUMN territory country;
UPDATE payments p SET territory = u.country FROM subscriptions s JOIN users u ON u.user_id = s.payer_id WHERE s.subscription_id = p.subscription_id;
ALTER TABLE payments ALTER COLUMN territory SET NOT NULL;
COMMENT ON COLUMN payments.territory IS 'Where the payer was at home when the payment was asked for: that pool''s revenue it is. Entered by itself where it is not given.';

CREATE FUNCTION payment_has_territory() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.territory IS NULL THEN
    SELECT u.country INTO NEW.territory FROM subscriptions s JOIN users u ON u.user_id = s.payer_id WHERE s.subscription_id = NEW.subscription_id;
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION payment_has_territory FROM PUBLIC;
CREATE TRIGGER payment_has_territory BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION payment_has_territory();

-- By which model and rules the money is divided is as much a matter of the log as by which rates.
ALTER TABLE royalty_terms ADD COLUMN terms_id uuid PRIMARY KEY DEFAULT gen_random_uuid();
COMMENT ON COLUMN royalty_terms.terms_id IS 'By it the audit log names the row.';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON royalty_terms FOR EACH ROW EXECUTE FUNCTION note_change('values');

-- What is entered has the time at which its transaction began: one that is under way may yet enter what is older than now.
CREATE FUNCTION entered_until() RETURNS timestamptz LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT least(min(xact_start), clock_timestamp()) - interval '1 microsecond' FROM pg_stat_activity
   WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
$$;
COMMENT ON FUNCTION entered_until IS 'Nothing will be entered any more with a time up to this one.';
REVOKE EXECUTE ON FUNCTION entered_until FROM PUBLIC;
GRANT EXECUTE ON FUNCTION entered_until TO segue_finance;

-- Advertisers pay for what the worker `ads` has entered: of it, too, it is asked whether it has read the month.
DROP POLICY read_by_finance ON kafka_offsets;
CREATE POLICY read_by_finance ON kafka_offsets FOR SELECT TO segue_finance USING (consumer_group IN ('segue.royalties', 'segue.ads'));
