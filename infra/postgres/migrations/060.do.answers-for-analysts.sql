-- What analysts may ask about accounts that look shared, without seeing which accounts they are: views speak with the rights of the owner.
CREATE VIEW shared_looking_accounts WITH (security_barrier) AS
SELECT
  c.case_id, c.score, c.highest_score, c.plan, c.status, c.first_seen, c.last_seen, c.evidence,
  (SELECT count(*) FROM sharing_case_history h WHERE h.account = c.account AND h.kind = 'score') AS scored,
  n.nudged_at
FROM sharing_cases c
LEFT JOIN sharing_nudges n USING (account);
COMMENT ON VIEW shared_looking_accounts IS 'Cases of sharing, each under the id that stands for its account.';
GRANT SELECT ON shared_looking_accounts TO segue_analyst;
