-- Enters adjustments of a run, those that are not there, and tells how many were and how many are there as given.
WITH given AS (
  SELECT * FROM unnest($2::uuid[], $3::date[], $4::text[]) AS a (stream_id, belonged_to, reason)
), same AS (
  SELECT count(*) AS n FROM given g JOIN royalty_adjustments a USING (stream_id)
   WHERE (a.run_id, a.belonged_to, a.reason) = ($1::uuid, g.belonged_to, g.reason)
), entered AS (
  INSERT INTO royalty_adjustments (stream_id, belonged_to, entered_in, run_id, reason)
  SELECT g.stream_id, g.belonged_to, r.month, r.run_id, g.reason FROM given g JOIN royalty_runs r ON r.run_id = $1
  ON CONFLICT (stream_id) DO NOTHING
  RETURNING 1
)
SELECT (SELECT count(*) FROM entered)::int AS entered, (SELECT n FROM same)::int AS same
