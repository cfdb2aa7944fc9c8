-- Accounts that look shared, with the evidence.
--
-- A case is an account whose score reached the threshold of the detector once (workers/sharing/README.md says how it judges); the score is
-- as of last_seen. Cases of at least {score} that analysts have not marked as wrong, the highest first. An account is never named, its case stands
-- for it. reasons: what speaks for it, as the detector wrote it down. scored: how often the score was written. told_at: when its household was asked.
SELECT
  c.case_id,
  round(c.score::numeric, 3)::float8 AS score,
  round(c.highest_score::numeric, 3)::float8 AS highest_score,
  c.plan,
  c.status,
  to_char(c.first_seen AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS first_seen,
  to_char(c.last_seen AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS last_seen,
  c.scored::int AS scored,
  to_char(c.nudged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS told_at,
  c.evidence AS reasons
FROM shared_looking_accounts c
WHERE c.score >= {score} AND c.status <> 'wrong'
ORDER BY c.score DESC, c.case_id
LIMIT {limit}
