-- What went back in the month, without tax.
SELECT p.subscription_id AS subscription, p.currency, sum(r.gross_micros - r.tax_micros)::text AS micros
  FROM refunds r JOIN payments p USING (payment_id)
 WHERE r.refunded_at >= $1::date::timestamp AT TIME ZONE 'UTC' AND r.refunded_at < ($1::date + interval '1 month') AT TIME ZONE 'UTC'
 GROUP BY 1, 2
