-- The first month from one on that takes entries, and none is closed after it. A row of it is made where there is none.
WITH first AS (
  SELECT greatest($1::date, (max(month) + interval '1 month')::date) AS month FROM accounting_months WHERE status <> 'open'
), made AS (
  INSERT INTO accounting_months (month) SELECT month FROM first ON CONFLICT DO NOTHING
)
SELECT to_char(month, 'YYYY-MM') AS month FROM first
