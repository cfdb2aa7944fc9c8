-- Opens the accounts that are not there.
INSERT INTO ledger_accounts (ledger_account_id, kind, currency, holder_id)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) AS a (ledger_account_id, kind, currency, holder_id)
 WHERE NOT EXISTS (SELECT FROM ledger_accounts l WHERE l.ledger_account_id = a.ledger_account_id)
 ORDER BY 1
ON CONFLICT DO NOTHING
