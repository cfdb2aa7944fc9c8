-- Whether the listeners that a forecast of {at} is about churned: no stream at all in the 30 days from {at} on. It looks at these days alone, as
-- the forecast looks at those before alone.
SELECT account_id, countIf(started_at >= {at:DateTime('UTC')}) = 0 AS churned
FROM streams FINAL
WHERE id_hour >= toStartOfHour({at:DateTime('UTC')} - INTERVAL 28 DAY) AND id_hour < {at:DateTime('UTC')} + INTERVAL 30 DAY
  AND started_at > {at:DateTime('UTC')} - INTERVAL 28 DAY AND started_at < {at:DateTime('UTC')} + INTERVAL 30 DAY
GROUP BY account_id
HAVING countIf(started_at < {at:DateTime('UTC')}) > 0
ORDER BY account_id
