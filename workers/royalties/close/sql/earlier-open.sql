-- Months before this one that have streams that count, and are not closed: also those that no row of accounting_months tells of.
-- The first stream is the head of an index. Streams are counted of open months alone: what is materialized is not put behind the counting.
WITH open_months AS MATERIALIZED (
  SELECT m.month
    FROM (SELECT min(started_at) AT TIME ZONE 'UTC' AS at FROM royalty_streams WHERE started_at < $1::date::timestamp AT TIME ZONE 'UTC') AS first
   CROSS JOIN LATERAL generate_series(date_trunc('month', first.at), $1::date - interval '1 month', interval '1 month') AS m (month)
   WHERE NOT EXISTS (SELECT FROM accounting_months a WHERE a.month = m.month::date AND a.status = 'closed')
)
SELECT to_char(m.month, 'YYYY-MM') AS month, s.streams
  FROM open_months m
 CROSS JOIN LATERAL (
   SELECT count(*)::int AS streams FROM royalty_streams
    WHERE counted AND started_at >= m.month AT TIME ZONE 'UTC' AND started_at < (m.month + interval '1 month') AT TIME ZONE 'UTC') AS s
 WHERE s.streams > 0
 ORDER BY m.month
