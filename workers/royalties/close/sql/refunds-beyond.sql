-- What went back beyond what was paid, by the end of the month, and was not told by the close before: money that went back twice, as asked for and by the bank.
WITH last AS (
  SELECT streams_until, (month + interval '1 month') AT TIME ZONE 'UTC' AS ends FROM royalty_closes WHERE month < $1::date ORDER BY month DESC LIMIT 1
), back AS (
  SELECT p.currency, p.net_micros, sum(r.gross_micros - r.tax_micros) AS by_now,
         coalesce(sum(r.gross_micros - r.tax_micros) FILTER (WHERE r.entered_at <= last.streams_until AND r.refunded_at < last.ends), 0) AS before
    FROM refunds r JOIN payments p USING (payment_id) LEFT JOIN last ON true
   WHERE r.entered_at <= $2 AND r.refunded_at < ($1::date + interval '1 month') AT TIME ZONE 'UTC'
   GROUP BY p.payment_id, p.currency, p.net_micros
)
SELECT currency, sum(greatest(by_now - net_micros, 0) - greatest(before - net_micros, 0))::text AS micros
  FROM back GROUP BY 1 HAVING sum(greatest(by_now - net_micros, 0) - greatest(before - net_micros, 0)) > 0
