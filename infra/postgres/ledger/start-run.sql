-- Starts a run, unless it is there.
INSERT INTO royalty_runs (run_id, month, model, rules, input_hash, streams_until) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (run_id) DO NOTHING
