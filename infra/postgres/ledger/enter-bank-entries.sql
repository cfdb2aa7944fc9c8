-- Enters payments of a file, with what became of each.
INSERT INTO bank_entries (file_hash, bank_reference, line, payout_id, holder_id, currency, amount_micros, booked_on, outcome, reason, transfer_id)
SELECT $1, * FROM unnest($2::text[], $3::int[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::date[], $9::text[], $10::text[], $11::uuid[])
