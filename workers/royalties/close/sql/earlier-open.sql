-- Months before this one that have streams and are in the books, and are not closed.
SELECT to_char(m.month, 'YYYY-MM') AS month, (
         SELECT count(*) FROM royalty_streams s
          WHERE s.counted AND s.started_at >= m.month::timestamp AT TIME ZONE 'UTC' AND s.started_at < (m.month + interval '1 month') AT TIME ZONE 'UTC')::int AS streams
  FROM accounting_months m
 WHERE m.month < $1::date AND m.status <> 'closed'
   AND EXISTS (SELECT FROM royalty_streams s
                WHERE s.counted AND s.started_at >= m.month::timestamp AT TIME ZONE 'UTC' AND s.started_at < (m.month + interval '1 month') AT TIME ZONE 'UTC')
 ORDER BY m.month
