-- How much of its result a run has.
SELECT (SELECT count(*) FROM royalty_pools WHERE run_id = $1)::int AS pools, (SELECT count(*) FROM royalty_lines WHERE run_id = $1)::int AS lines,
       (SELECT count(*) FROM royalty_adjustments WHERE run_id = $1)::int AS adjustments
