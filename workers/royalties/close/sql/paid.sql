-- What of the payments lies in the month, and in closed months that they were settled too late for. All parts of a payment add to it exactly.
SELECT s.subscription_id AS subscription, u.account_id AS account, p.territory, s.plan AS tier, p.currency,
       sum(div(p.net_micros * extract(epoch FROM least(upper(p.covers), month.ends) - lower(p.covers)), extract(epoch FROM upper(p.covers) - lower(p.covers)))
         - div(p.net_micros * extract(epoch FROM greatest(lower(p.covers), missed.starts) - lower(p.covers)), extract(epoch FROM upper(p.covers) - lower(p.covers))))::text AS micros
  FROM payments p JOIN subscriptions s USING (subscription_id) JOIN users u ON u.user_id = s.payer_id
 CROSS JOIN (SELECT $1::date::timestamp AT TIME ZONE 'UTC' AS starts, ($1::date + interval '1 month') AT TIME ZONE 'UTC' AS ends) AS month
 CROSS JOIN LATERAL (
   SELECT coalesce(min(c.month)::timestamp AT TIME ZONE 'UTC', month.starts) AS starts FROM royalty_closes c
    WHERE c.month < $1::date AND c.streams_until < p.settled_at AND (c.month + interval '1 month') AT TIME ZONE 'UTC' > lower(p.covers)) AS missed
 WHERE p.status = 'settled' AND p.settled_at <= $2 AND p.covers && tstzrange(missed.starts, month.ends)
 GROUP BY 1, 2, 3, 4, 5
