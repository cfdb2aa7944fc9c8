-- The month $1, closed: each track's counted streams at 4,000 millionths, a third of it of one of 500 artists who hold their rights, the rest of one of 50 labels, booked, and half of the holders paid.
WITH catalog AS (
  SELECT n, 'ZZSEG26' || lpad(n::text, 5, '0') AS isrc, ('00000000-0000-4000-a000-' || lpad((n % 5000)::text, 12, '0'))::uuid AS artist_id
    FROM generate_series(0, 49999) AS n
), tracks_made AS (
  INSERT INTO tracks (track_id, album_id, artist_id, title, isrc, duration_ms, loudness_lufs, true_peak_dbtp, gain_db, source_hash, status)
  SELECT md5('track' || n)::uuid, artist_id, artist_id, 'Track ' || n, isrc, 180000, -14, -1, 0, md5('a' || n) || md5('b' || n), 'available' FROM catalog
), month_made AS (
  INSERT INTO accounting_months (month) VALUES ($1::date)
), run AS (
  INSERT INTO royalty_runs (run_id, month, model, rules, input_hash, streams_until, status, finished_at, result_hash)
  VALUES (md5('run')::uuid, $1::date, 'pro-rata', '{}', repeat('a', 64), now(), 'finished', now(), repeat('b', 64))
  RETURNING run_id
), holders AS (
  SELECT n, md5('holder' || n)::uuid AS holder_id, md5('account' || n)::uuid AS account_id FROM generate_series(0, 549) AS n
), accounts_made AS (
  INSERT INTO ledger_accounts (ledger_account_id, kind, currency, holder_id)
  SELECT account_id, 'payable', 'EUR', holder_id FROM holders
  UNION ALL SELECT md5('pool')::uuid, 'pool', 'EUR', NULL
  UNION ALL SELECT md5('bank')::uuid, 'bank', 'EUR', NULL
), heard AS (
  SELECT isrc, count(*) AS streams FROM royalty_streams
   WHERE counted AND started_at >= $1::date::timestamp AT TIME ZONE 'UTC' AND started_at < ($1::date + interval '1 month') AT TIME ZONE 'UTC'
   GROUP BY isrc
), parts AS (
  SELECT row_number() OVER (ORDER BY isrc, part) AS line, isrc, h.streams, part,
         CASE part WHEN 2 THEN h.streams * 4000 / 3 ELSE h.streams * 4000 - h.streams * 4000 / 3 END AS amount_micros, k.holder_id, k.account_id
    FROM heard h JOIN catalog c USING (isrc) CROSS JOIN generate_series(2, 3) AS part
    JOIN holders k ON k.n = CASE part WHEN 2 THEN c.n % 500 ELSE 500 + c.n % 50 END
), lines AS (
  INSERT INTO royalty_lines (run_id, line, kind, territory, tier, currency, rights, isrc, holder_id, streams, amount_micros)
  SELECT run_id, line, 'share', 'DE', 'family', 'EUR', 'recording', isrc, holder_id, streams, amount_micros FROM parts CROSS JOIN run
), transfers AS (
  INSERT INTO ledger_transfers (transfer_id, kind, status, period, posting_count, run_id)
  SELECT md5('share' || isrc)::uuid, 'share', 'posted', $1::date, 3, run_id FROM heard CROSS JOIN run
), payouts AS (
  INSERT INTO ledger_transfers (transfer_id, kind, status, period, posting_count, pending_id)
  SELECT md5('payout' || n)::uuid, 'payout', 'pending', $1::date, 2, NULL FROM holders
  UNION ALL SELECT md5('paid' || n)::uuid, 'payout', 'posted', $1::date, 2, md5('payout' || n)::uuid FROM holders WHERE n % 2 = 0
), of_holders AS (
  SELECT n, account_id, sum(amount_micros) AS owed FROM parts JOIN holders USING (account_id) GROUP BY n, account_id
)
INSERT INTO ledger_postings (transfer_id, posting, posting_count, period, status, ledger_account_id, currency, amount_micros, territory, tier, isrc, rights)
SELECT md5('share' || isrc)::uuid, part, 3, $1::date, 'posted', account_id, 'EUR', -amount_micros, 'DE', 'family', isrc, 'recording' FROM parts
UNION ALL
SELECT md5('share' || isrc)::uuid, 1, 3, $1::date, 'posted', md5('pool')::uuid, 'EUR', sum(amount_micros), 'DE', 'family', isrc, 'recording' FROM parts GROUP BY isrc
UNION ALL
SELECT md5(t.name || n)::uuid, t.posting, 2, $1::date, t.status, CASE t.posting WHEN 1 THEN account_id ELSE md5('bank')::uuid END, 'EUR',
       CASE t.posting WHEN 1 THEN owed ELSE -owed END, NULL, NULL, NULL, NULL
  FROM of_holders CROSS JOIN (VALUES ('payout', 'pending', 1), ('payout', 'pending', 2), ('paid', 'posted', 1), ('paid', 'posted', 2)) AS t (name, status, posting)
 WHERE t.name = 'payout' OR n % 2 = 0
