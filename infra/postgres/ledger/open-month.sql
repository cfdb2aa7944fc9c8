-- The first open month from one on; when there is none, the one after all that are there is made.
WITH open AS (
  SELECT month FROM accounting_months WHERE status = 'open' AND month >= $1 ORDER BY month LIMIT 1
), made AS (
  INSERT INTO accounting_months (month)
  SELECT greatest($1::date, (max(month) + interval '1 month')::date) FROM accounting_months
  HAVING NOT EXISTS (SELECT FROM open)
  RETURNING month
)
SELECT to_char(month, 'YYYY-MM') AS month FROM (SELECT month FROM open UNION ALL SELECT month FROM made) AS either
