-- When the scheduled jobs ran, for those who watch: one that hangs, fails or is not started is seen by how long ago it succeeded.

CREATE TABLE job_runs (
  job text PRIMARY KEY CHECK (job ~ '^[a-z_]+\.[a-z_]+$'),
  expected_since timestamptz NOT NULL DEFAULT now(),
  succeeded_at timestamptz,
  failed_at timestamptz
);
COMMENT ON TABLE job_runs IS 'Scheduled tasks, and when each last succeeded and failed. From its first run on a task is expected.';
COMMENT ON COLUMN job_runs.expected_since IS 'Its first run: from then on one that never succeeded is waited for.';
GRANT SELECT, INSERT, UPDATE ON job_runs TO segue_maintenance;
