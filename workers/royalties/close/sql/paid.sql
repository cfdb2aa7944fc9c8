-- What of the payments is the month's: of each what lies in it, less what went back. With it what closed months had of it otherwise, when it was booked
-- too late for all of them or something of it went back since: what it is by now, less what it was. So all parts of a payment add to what was kept of it, exactly.
-- More than was paid is taken off nobody: refunds-beyond.sql tells it.
WITH last AS (
  SELECT streams_until, (month + interval '1 month') AT TIME ZONE 'UTC' AS ends FROM royalty_closes WHERE month < $1::date ORDER BY month DESC LIMIT 1
), back AS (
  SELECT r.payment_id, least(sum(r.gross_micros - r.tax_micros), p.net_micros) AS by_now,
         least(coalesce(sum(r.gross_micros - r.tax_micros) FILTER (WHERE r.entered_at <= last.streams_until AND r.refunded_at < last.ends), 0), p.net_micros) AS before
    FROM refunds r JOIN payments p USING (payment_id) LEFT JOIN last ON true
   WHERE r.entered_at <= $2 AND r.refunded_at < ($1::date + interval '1 month') AT TIME ZONE 'UTC'
   GROUP BY r.payment_id, p.net_micros
), kept AS (
  SELECT p.subscription_id, p.territory, p.currency, p.covers, p.net_micros - coalesce(back.by_now, 0) AS by_now,
         CASE WHEN p.booked_at <= last.streams_until THEN p.net_micros - coalesce(back.before, 0) ELSE 0 END AS before
    FROM payments p LEFT JOIN back USING (payment_id) LEFT JOIN last ON true
   WHERE p.status = 'settled' AND p.booked_at <= $2
     AND (p.covers && tstzrange($1::date::timestamp AT TIME ZONE 'UTC', ($1::date + interval '1 month') AT TIME ZONE 'UTC')
          OR p.booked_at > last.streams_until OR back.by_now <> back.before)
), parts AS (
  SELECT kept.*, 0 AS had, month FROM kept CROSS JOIN (SELECT $1::date AS month) AS own
  UNION ALL
  SELECT kept.*, kept.before AS had, c.month FROM kept JOIN royalty_closes c ON c.month < $1::date WHERE kept.by_now <> kept.before
), spans AS (
  SELECT parts.*, extract(epoch FROM upper(covers) - lower(covers)) AS whole,
         extract(epoch FROM least(upper(covers), (month + interval '1 month') AT TIME ZONE 'UTC') - lower(covers)) AS until,
         extract(epoch FROM greatest(lower(covers), month::timestamp AT TIME ZONE 'UTC') - lower(covers)) AS since
    FROM parts WHERE covers && tstzrange(month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC')
)
SELECT s.subscription_id AS subscription, u.account_id AS account, spans.territory, s.plan AS tier, spans.currency,
       sum(div(by_now * until, whole) - div(by_now * since, whole) - div(had * until, whole) + div(had * since, whole))::text AS micros
  FROM spans JOIN subscriptions s USING (subscription_id) JOIN users u ON u.user_id = s.payer_id
 GROUP BY 1, 2, 3, 4, 5
 ORDER BY 1, 3, 4, 5
