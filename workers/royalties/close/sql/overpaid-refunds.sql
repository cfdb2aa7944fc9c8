-- Payments of which more went back, by the end of the month, than was paid.
SELECT p.payment_id AS payment, (sum(r.gross_micros) - p.gross_micros)::text AS micros, p.currency
  FROM refunds r JOIN payments p USING (payment_id)
 WHERE r.entered_at <= $2 AND r.refunded_at < ($1::date + interval '1 month') AT TIME ZONE 'UTC'
 GROUP BY p.payment_id, p.gross_micros, p.net_micros, p.currency
HAVING sum(r.gross_micros) > p.gross_micros OR sum(r.gross_micros - r.tax_micros) > p.net_micros
