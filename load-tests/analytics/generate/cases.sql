-- Cases of accounts that look shared, one account in a thousand, each with five entries of history.
WITH cases AS (
  INSERT INTO sharing_cases (account, score, highest_score, evidence, plan, detector_version, first_seen, last_seen)
  SELECT 'account-' || n, (50 + n % 50) / 100.0, 1, '[{"reason":"two-places"}]', 'family', 1, now(), now() FROM generate_series(1, greatest(1, $1::int / 1000)) n
  RETURNING account
)
INSERT INTO sharing_case_history (account, at, kind, score, reasons, detector_version)
SELECT account, now() - n * interval '1 day', 'score', 0.5, '[]', 1 FROM cases, generate_series(1, 5) n
