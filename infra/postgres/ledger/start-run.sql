-- Starts a run, unless it or another one of its month and model is there.
INSERT INTO royalty_runs (run_id, month, model, rules, input_hash, streams_until) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
