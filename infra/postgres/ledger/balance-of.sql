-- What is on an account.
SELECT debit_micros::text AS debit, credit_micros::text AS credit, pending_debit_micros::text AS pending_debit, pending_credit_micros::text AS pending_credit
  FROM ledger_balances WHERE ledger_account_id = $1
