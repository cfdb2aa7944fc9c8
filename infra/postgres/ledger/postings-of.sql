-- Postings by what is given of transfer, account, run, ISRC and months, in the order of their keys from after a key on.
SELECT transfer_id AS "transferId", posting, kind, status, to_char(period, 'YYYY-MM') AS period, account_kind AS "accountKind", holder_id AS "holderId",
       currency, amount_micros::text AS "amountMicros", territory, tier, isrc, rights, contract_id AS "contractId",
       contract_version AS "contractVersion", run_id AS "runId", input_hash AS "inputHash", pending_id AS "pendingId",
       reversal_of AS "reversalOf", reason, entered_at AS "enteredAt", entered_by AS "enteredBy"
  FROM ledger_entries
 WHERE ($1::uuid IS NULL OR transfer_id = $1) AND ($2::uuid IS NULL OR ledger_account_id = $2) AND ($3::uuid IS NULL OR run_id = $3)
   AND ($4::text IS NULL OR isrc = $4) AND ($5::date IS NULL OR period >= $5) AND ($6::date IS NULL OR period <= $6)
   AND ($7::uuid IS NULL OR (transfer_id, posting) > ($7, $8::int))
 ORDER BY transfer_id, posting
 LIMIT $9
