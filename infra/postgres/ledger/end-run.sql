-- Ends a run that has not ended.
UPDATE royalty_runs SET status = $2, finished_at = now(), result_hash = $3 WHERE run_id = $1 AND status = 'started'
