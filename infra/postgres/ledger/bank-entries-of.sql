-- What the bank said under these references and of these payouts.
SELECT bank_reference AS "bankReference", line, payout_id AS "payoutId", holder_id AS "holderId", currency, amount_micros::text AS "amountMicros",
       to_char(booked_on, 'YYYY-MM-DD') AS "bookedOn", outcome, reason
  FROM bank_entries WHERE bank_reference = ANY ($1::text[]) OR payout_id = ANY ($2::uuid[])
 ORDER BY bank_reference
