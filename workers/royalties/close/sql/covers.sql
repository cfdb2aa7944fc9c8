-- Which of the tracks that were heard a version is about; of one with a minimum without streams, all.
WITH heard AS MATERIALIZED (SELECT DISTINCT isrc FROM royalty_streams_of($1, $2))
SELECT t.isrc, ct.contract_id AS contract, ct.version
  FROM contract_tracks ct JOIN tracks t USING (track_id) JOIN contract_versions v USING (contract_id, version) LEFT JOIN heard USING (isrc)
 WHERE v.valid && daterange($3::date, $4::date) AND (heard.isrc IS NOT NULL OR v.minimum_per_month_micros > 0)
