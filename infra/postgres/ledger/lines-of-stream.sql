-- What a stream was part of: the lines of its track, territory and tier in the runs that counted it.
SELECT l.run_id AS "runId", l.line, to_char(r.month, 'YYYY-MM') AS month, r.model, r.status AS "runStatus", r.input_hash AS "inputHash", l.kind,
       l.territory, l.tier, l.currency, l.rights, l.isrc, l.holder_id AS "holderId", l.contract_id AS "contractId",
       l.contract_version AS "contractVersion", l.streams, l.amount_micros::text AS "amountMicros"
  FROM royalty_streams s
  LEFT JOIN royalty_adjustments a USING (stream_id)
  JOIN royalty_runs r ON CASE WHEN a.stream_id IS NULL
         THEN r.month = date_trunc('month', s.started_at AT TIME ZONE 'UTC')::date AND s.noted_at <= r.streams_until
         ELSE r.run_id = a.run_id END
  JOIN royalty_lines l ON l.run_id = r.run_id AND l.isrc = s.isrc AND l.territory = s.territory AND l.tier = s.tier
 WHERE s.stream_id = $1 AND s.counted AND r.status <> 'abandoned'
 ORDER BY r.month, l.run_id, l.line
