-- A run by its id.
SELECT run_id AS "runId", status, started_at AS "startedAt", finished_at AS "finishedAt", result_hash AS "resultHash", streams_until AS "streamsUntil"
  FROM royalty_runs WHERE run_id = $1
