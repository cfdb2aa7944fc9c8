-- Which of the tracks that were heard ($1) a version is about; of one with a minimum without streams, all.
SELECT t.isrc, ct.contract_id AS contract, ct.version
  FROM contract_tracks ct JOIN tracks t USING (track_id) JOIN contract_versions v USING (contract_id, version)
  LEFT JOIN unnest($1::text[]) AS heard (isrc) USING (isrc)
 WHERE v.valid && daterange($2::date, $3::date) AND (heard.isrc IS NOT NULL OR v.minimum_per_month_micros > 0)
