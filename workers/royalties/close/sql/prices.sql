-- Which currency the pools have: that of the prices of the month.
SELECT DISTINCT ON (country, plan) country AS territory, plan AS tier, currency
  FROM plan_prices WHERE valid && daterange($1::date, ($1::date + interval '1 month')::date) ORDER BY country, plan, lower(valid) DESC
